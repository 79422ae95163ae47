"""Taking one article, or a series, along: as Markdown, as a page of its own, as a book."""

from blog.takeout.epub import article_book, series_book, write_book
from blog.takeout.markdown import markdown_file, write_zip
from blog.takeout.page import write_page
from blog.takeout.texts import TakenText, taken_text

__all__ = [
    "TakenText",
    "article_book",
    "markdown_file",
    "series_book",
    "taken_text",
    "write_book",
    "write_page",
    "write_zip",
]

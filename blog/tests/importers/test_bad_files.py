"""Files that break their parser, and files made to: each is named, the others come in."""

import re

import pytest

from blog.importers import fields, frontmatter
from blog.importers.conversion import REMARKS_MOST, convert
from blog.importers.kinds import CONFIG_MOST, read_config
from blog.importers.markdown_blog import MarkdownReader
from blog.importers.pairs import find_pairs
from blog.importers.rewriting import addresses, code_spans
from blog.importers.wxr_text import post_html
from blog.importers.xml_stream import ELEMENTS_MOST, XmlRecords
from blog.models import ImportRun, Post
from blog.tests.importers.bundles import bring_in, planned, said, write, write_all
from blog.tests.importers.test_pages import PAGE, own_storage, post, upload  # noqa: F401

pytestmark = pytest.mark.django_db
LARGE = 300_000  # characters: whatever reads them more than once does not come back


@pytest.mark.behaviour("BL-72")
@pytest.mark.parametrize(
    "head",
    [
        "---\na: " + "[" * 3000 + "\n---",
        "+++\na = " + "[" * 3000 + "\n+++",
        "+++\na = " + "1" * 5000 + "\n+++",
        "---\nslug: 0x" + "f" * 5000 + "\n---",
        "---\ndate: !!timestamp 어제\n---",
        "---\na: !!int ''\n---",
        "---\na: " + "글" * 70_000 + "\n---",
        "---\ntags: &a [&b 하나, *b" + ", *b" * 30 + "]\n---",
    ],
)
def test_a_file_that_breaks_its_parser_is_left_out_alone(tmp_path, head):
    write_all(tmp_path, {"가.md": f"{head}\n글\n", "나.md": "# 나\n\n글\n"})
    plan, posts = planned(tmp_path)
    assert list(posts) == ["나.md"]
    assert [one.path for one in plan.skipped] == ["가.md"]
    assert plan.skipped[0].text.startswith("this file cannot be read (")


@pytest.mark.behaviour("BL-72")
@pytest.mark.parametrize("head", ["tags: &a [*a, 텃밭]", "layout: [post]", "layout: {a: b}"])
def test_odd_values_take_no_post_away(tmp_path, head):
    write(tmp_path, "_posts/2023-05-01-글.md", f"---\ntitle: 글\n{head}\n---\n글\n")
    _plan, posts = planned(tmp_path)
    assert [one.title for one in posts.values()] == ["글"]


@pytest.mark.behaviour("BL-70", "BL-72")
def test_broken_front_matter_is_told_with_its_line_and_counted(as_user, minah):
    minah.language = "en"
    minah.save(update_fields=["language"])
    client = as_user(minah)
    run = upload(
        client,
        **{
            "_posts/2023-01-01-글.md": "---\ntitle: [깨진\n---\n글\n",
            "_posts/2023-01-02-b.md": "글",
        },
    )
    assert len(run.plan["skipped"]) == 1
    page = client.get(run.get_absolute_url()).content.decode()
    assert "not brought in: this file cannot be read (YAML: " in page
    assert "_posts/2023-01-01-글.md, line " in page
    assert re.search(r"<strong>1</strong> <span>left out</span>", page)


@pytest.mark.behaviour("BL-72", "BL-75")
def test_a_reading_that_breaks_can_be_removed(as_user, minah, monkeypatch):
    def broken(*_arguments, **_options):
        raise KeyError("어디에도 없는 것")

    monkeypatch.setattr(MarkdownReader, "read", broken)
    client = as_user(minah)
    run = upload(client)
    assert (run.state, run.archive) == ("failed", "")
    assert run.reason
    post(client, f"{PAGE}{run.pk}/discard/")
    assert not ImportRun.objects.exists()


@pytest.mark.behaviour("BL-73")
def test_words_of_an_author_are_no_names_of_posts(tmp_path, minah):
    words = "post:/등록 을 부른다. blogpost:최고 [서식](post:/등록)\n"
    write(tmp_path, "_posts/2023-05-01-글.md", f"---\ntitle: 글\n---\n{words}")
    bring_in(tmp_path, minah)
    assert Post.objects.get().source == words


@pytest.mark.behaviour("BL-70")
def test_a_file_that_cannot_come_is_named(tmp_path):
    write_all(
        tmp_path,
        {
            "_posts/2023-05-01-글.md": "---\ntitle: 글\n---\n[pdf](/assets/doc.pdf) [남](/x.pdf)\n",
            "assets/doc.pdf": b"%PDF",
        },
    )
    plan, posts = planned(tmp_path)
    assert "2023-05-01-글.md: file not brought in: assets/doc.pdf" in said(plan)
    assert "x.pdf" not in said(plan)
    assert "[pdf](/assets/doc.pdf)" in next(iter(posts.values())).source


# Too much of everything


def test_lists_that_repeat_each_other_are_looked_at_only_so_long():
    bomb: list = ["무"]
    for _ in range(20):
        bomb = [bomb] * 9
    assert len(list(fields.texts(bomb))) <= fields.ITEMS_MOST
    assert len(list(fields.texts(",".join("가" * 5000)))) <= fields.ITEMS_MOST
    levels = "\n".join(
        f"l{number}: &l{number} [{', '.join([f'*l{number - 1}'] * 9)}]" for number in range(1, 7)
    )
    with pytest.raises(frontmatter.FrontMatterError, match="aliases"):
        frontmatter.read_document(f"---\nl0: &l0 [무]\n{levels}\ntags: *l6\n---\n글".encode())


def test_settings_of_any_size_are_not_read(tmp_path):
    write(tmp_path, "_config.yml", "title: 블로그\n" + "#" * CONFIG_MOST)
    assert read_config(tmp_path) == {}
    write(tmp_path, "_config.yml", "title: 블로그\n")
    assert read_config(tmp_path) == {"title": "블로그"}


def test_a_record_of_millions_of_elements_is_cut_and_named(tmp_path):
    many = ELEMENTS_MOST + 1000
    text = f"<rss><item>{'<a/>' * many}<b>끝</b></item>\n<item><b>다음</b></item></rss>"
    faults = []
    with write(tmp_path, "a.xml", text).open("rb") as opened:
        records = XmlRecords(
            opened, frozenset({"item"}), lambda line, words: faults.append((line, words))
        )
        first, second = records
    assert len(first.children) < ELEMENTS_MOST
    assert second.one("b") == "다음"
    assert [line for line, _words in faults] == [1]


def test_pairs_are_looked_for_once():
    opening, closing = re.compile(r"\["), re.compile(r"\]")
    asked = []

    def end_of(begin):
        asked.append(begin.start())
        return closing

    assert list(find_pairs("[" * 1000, opening, end_of)) == []
    assert len(asked) == 1000
    found = list(find_pairs("[a] [b [c] [d", opening, end_of))
    assert [(begin.start(), end.end()) for begin, end in found] == [(0, 3), (4, 10)]


@pytest.mark.parametrize(
    "piece",
    [
        "{% raw %}",
        "{% raw %} ",
        "{% comment %}",
        "{% highlight a %}\n",
        "{{< highlight a >}}\n",
        "{{< highlight ",
        "{{< figure ",
        "{{< ",
        "{{ x(",
        "{{ x(a",
        "{% x() %}",
        "{% x(",
        "{% link a",
        "{% post_link ",
        "{% include ",
        "* TOC\n{:toc",
        '{{ "',
        " ",
        "a",
    ],
)
def test_opening_marks_of_dialects_are_read_once(piece):
    convert(piece * (LARGE // len(piece)), lambda _at, _words: None, str)
    for around in ("{{< figure %s >}}", "{%% link %s", "{%% x%s"):
        convert(around % (piece * (LARGE // len(piece))), lambda _at, _words: None, str)


@pytest.mark.parametrize(
    "piece",
    [
        "[caption a] ",
        "[caption a",
        "[gallery ",
        "[embed]",
        "[code]",
        "[code ",
        "[[a] ",
        "<pre>",
        "<code ",
        "<figure>",
        "<!-- wp:a {",
        "<!--more ",
        "[youtube=",
        " ",
    ],
)
def test_opening_marks_of_wordpress_are_read_once(piece):
    post_html(piece * (LARGE // len(piece)), {}, [], lambda _at, _words: None)


@pytest.mark.parametrize("piece", ["](", "](a b ", "](<", "](a (", "[", "`a ", "](a(", "<a "])
def test_addresses_are_looked_for_once(piece):
    addresses(piece * (LARGE // len(piece)))


def test_runs_of_backticks_of_any_length_are_read_once():
    text = " ".join("`" * number for number in range(1, 1500))
    assert code_spans(text) == []
    assert code_spans("가 `나` ``다 ` 라`` \\`마` `바\n\n사`") == [(2, 5), (6, 15), (19, 22)]


def test_of_a_text_of_nothing_else_only_the_first_remarks_are_made():
    said = []
    convert(
        "".join(f"{{% x{number} %}}" for number in range(2000)), lambda *one: said.append(one), str
    )
    assert len(said) == REMARKS_MOST + 1
    assert "only the first" in said[-1][1]


def test_a_text_longer_than_any_post_is_left_out_unread(tmp_path, settings, monkeypatch):
    settings.ARTICLE_MAX_LENGTH = 100
    monkeypatch.setattr(
        "blog.importers.markdown_blog.convert", lambda *_: pytest.fail("it was read")
    )
    write(tmp_path, "가.md", "글" * 201)
    plan, posts = planned(tmp_path)
    assert not posts
    assert "가.md: its text is longer than any post here can be" in said(plan)

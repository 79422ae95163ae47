"""What people meet on their first page, found without reading everything that they follow."""

from blog.timeline.feed import count_newer, ids_ahead, timeline_page

__all__ = ["count_newer", "ids_ahead", "timeline_page"]

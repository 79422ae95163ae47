"""The allow-list that every HTML of a person passes last (BL-26).

Source: html5ever's parser through ammonia (nh3), so what is judged is what browsers would build.
"""

import re
from collections.abc import Callable, Collection

import nh3
from pygments.token import STANDARD_TYPES


def words(text: str) -> frozenset[str]:
    """Return the words of `text` as a set."""
    return frozenset(text.split())


_INLINE = words(
    "a abbr b bdi bdo br cite code del dfn em i ins kbd mark q rp rt ruby s samp small span strong "
    "sub sup time u var wbr"
)
_BLOCKS = words("blockquote div hr li ol p pre ul")
_TABLES = words("table tbody td tfoot th thead tr")
_OURS = words("label input")

COMMENT_TAGS = _INLINE | _BLOCKS | _TABLES | _OURS
ARTICLE_TAGS = COMMENT_TAGS | words(
    "caption dd details dl dt figcaption figure h2 h3 h4 h5 h6 img section summary"
)
NOTE_TAGS = words("a br p")

#: Elements that go with all that is in them; of others the text stays.
GONE_WITH_CONTENT = words(
    "script style iframe object noscript noembed noframes template textarea select svg math title "
    "xmp plaintext"
)
_ATTRIBUTES = {
    "*": {"class", "id", "lang", "title", "aria-labelledby"},
    "a": {"href"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height"},
    "div": {"data-language"},
    "ol": {"start"},
    "li": {"value"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
    "del": {"datetime"},
    "ins": {"datetime"},
}
_ATTRIBUTE_VALUES = {
    "*": {"dir": {"ltr", "rtl", "auto"}},
    "a": {"role": {"doc-noteref", "doc-backlink"}},
    "div": {"role": {"group"}, "tabindex": {"0"}},
    "pre": {"tabindex": {"0"}},
    "img": {"loading": {"lazy"}, "decoding": {"async"}},
    "th": {"scope": {"col", "row", "colgroup", "rowgroup"}},
    "input": {"checked": {"", "checked"}, "disabled": {"", "disabled"}},
    "details": {"open": {"", "open"}},
    "ol": {"reversed": {"", "reversed"}},
}
# Whatever an input was, it is a check box now.
_FORCED = {"input": {"type": "checkbox"}}
_ALIGNMENTS = {"align-left", "align-center", "align-right"}
_CLASSES = {
    "a": {"anchor", "mention", "hashtag", "external-image", "footnote-backref"},
    "div": {"code-block", "code-block__bar", "table-scroll", "footnotes"},
    "span": {"code-block__title", "code-block__language", "hll"} | set(STANDARD_TYPES.values()),
    "code": {"highlight"},
    "sup": {"footnote-ref"},
    "ul": {"task-list"},
    "ol": {"task-list"},
    "li": {"task-list__item"},
    "th": _ALIGNMENTS,
    "td": _ALIGNMENTS,
}
URL_SCHEMES = {"http", "https", "mailto", "tel"}
#: What a link to another host says to search engines and to the page it opens.
REL = "ugc nofollow noopener"

_NUMBER = re.compile(r"-?\d{1,6}")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_DATETIME = re.compile(r"\d{4}-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?)?")
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_IGNORED_BY_BROWSERS = re.compile(r"[\t\n\r]")
_PATTERNS = {
    "width": _NUMBER,
    "height": _NUMBER,
    "start": _NUMBER,
    "value": _NUMBER,
    "colspan": _NUMBER,
    "rowspan": _NUMBER,
    "lang": _LANGUAGE_TAG,
    "datetime": _DATETIME,
    "data-language": re.compile(r"[\w.+#-]{1,40}"),
}


def leads_away(href: str) -> bool:
    """Whether a browser following `href` from our pages would ask another host.

    Source: WHATWG URL (tabs and line ends are dropped, backslashes are slashes).
    """
    url = _IGNORED_BY_BROWSERS.sub("", href).strip().replace("\\", "/").lower()
    if url.startswith(("mailto:", "tel:")):
        return False
    return url.startswith("//") or bool(_HAS_SCHEME.match(url))


def sanitise(
    html: str,
    *,
    tags: Collection[str] = ARTICLE_TAGS,
    id_mark: str | None = None,
    loadable: Collection[str] = (),
) -> str:
    """Return `html` with nothing left that is not on the list.

    `id_mark`: ids are kept only with this secret beginning, which is taken off; None drops all, an
    empty one keeps all.
    `loadable`: the `src` and `srcset` values that may be loaded; `/media/…` always may.
    Never raises; bytes that are not HTML come back as text.
    """
    return nh3.clean(
        html,
        tags=set(tags),
        clean_content_tags=set(GONE_WITH_CONTENT),
        attributes={k: v for k, v in _ATTRIBUTES.items() if k == "*" or k in tags},
        attribute_filter=_attribute_filter(id_mark, loadable),
        tag_attribute_values={k: v for k, v in _ATTRIBUTE_VALUES.items() if k == "*" or k in tags},
        set_tag_attribute_values=_FORCED,
        url_schemes=URL_SCHEMES,
        link_rel=REL,
    )


def _attribute_filter(
    id_mark: str | None, loadable: Collection[str]
) -> Callable[[str, str, str], str | None]:
    last_href: str | None = None
    keeps_ids = id_mark is not None

    def keep(tag: str, attribute: str, value: str) -> str | None:
        nonlocal last_href
        if attribute == "class":
            allowed = _CLASSES.get(tag, ())
            if value in allowed:
                return value
            return " ".join(name for name in value.split() if name in allowed) or None
        if attribute == "href":
            last_href = value
        elif attribute == "rel":
            # The sanitiser adds it to every link after the link's own attributes.
            href, last_href = last_href, None
            return value if href is not None and leads_away(href) else None
        elif attribute in ("id", "aria-labelledby"):
            return value.removeprefix(id_mark) if keeps_ids and value.startswith(id_mark) else None
        elif attribute in ("src", "srcset"):
            return value if value in loadable or _is_media(attribute, value) else None
        elif (pattern := _PATTERNS.get(attribute)) and not pattern.fullmatch(value):
            return None
        return value

    return keep


def _is_media(attribute: str, value: str) -> bool:
    return attribute == "src" and value.startswith("/media/") and ".." not in value


def text_of(html: str) -> str:
    """Return the text of HTML without any tag, still escaped."""
    return nh3.clean(html, tags=set(), clean_content_tags=set(GONE_WITH_CONTENT), link_rel=None)

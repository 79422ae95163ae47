import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.highlighting import SNIPPET_LENGTH, mark, marked_html, snippet, title_marks
from search.tests.analyzers import made

pytestmark = pytest.mark.behaviour("SE-13")


@pytest.fixture(scope="module")
def kiwi():
    return made("kiwi")


@pytest.mark.parametrize(
    ("text", "tokens", "marked"),
    [
        ("도커를 설치했다", {"도커"}, ["도커"]),
        ("그럴 수도 있다. 수도를 옮겼다", {"수도"}, ["수도"]),
        ("커피가 뜨거워졌어요", {"뜨겁다"}, ["뜨거워"]),
        ("아무도 몰랐다", {"모르다"}, ["몰"]),
        ("글을 썼어요", {"쓰다"}, ["썼"]),
        ("웹 서버와 웹서버", {"웹서버", "웹", "서버"}, ["웹 서버", "웹서버"]),
        ("웹서버", {"서버"}, ["서버"]),
        ("작성자", {"사용", "자", "사용자"}, []),
        ("Canción de instalación", {"cancion", "~instal"}, ["Canción", "instalación"]),
        (
            "Node.js와 C++, Python3",
            {"nodejs", "c_2b__2b_", "python"},
            ["Node.js", "C++", "Python3"],
        ),
        ("日本語を勉強", {"日本", "本語"}, ["日本語"]),
        ("<b>도커</b>", {"도커", "#도커", "^도커"}, ["도커"]),
        ("ＤＯＣＫＥＲ 입문", {"docker"}, ["ＤＯＣＫＥＲ"]),
    ],
)
def test_words_are_marked_as_they_were_meant(kiwi, text, tokens, marked):
    assert [text[start:end] for start, end in title_marks(text, tokens, kiwi)] == marked


def test_long_texts_are_marked_around_the_places(kiwi):
    text = "다른 이야기를 한다. " * 50 + "도커를 켠다. " + "또 다른 이야기. " * 50
    assert [text[start:end] for start, end in mark(text, {"도커"}, kiwi)] == ["도커"]


def test_a_snippet_shows_where_most_words_are(kiwi):
    text = "서버를 켠다. " * 40 + "도커로 서버를\n\n설치했다. " + "그럴 수도 있다. " * 40
    found = snippet(text, {"도커", "서버", "설치"}, analyzer=kiwi)
    assert [found.text[start:end] for start, end in found.ranges] == ["도커", "서버", "설치"]
    assert found.text.startswith("…") and found.text.endswith("…")
    assert len(found.text) <= SNIPPET_LENGTH + 2


def test_a_snippet_without_the_words_is_the_beginning(kiwi):
    text = "처음은 이렇다. " + "그럴 수도 있다. " * 40
    found = snippet(text, {"수도"}, analyzer=kiwi)
    assert found.ranges == () and found.text.startswith("처음은") and found.text.endswith("…")
    assert snippet("짧다", {"수도"}, analyzer=kiwi).text == "짧다"
    assert snippet("", {"수도"}, analyzer=kiwi).text == ""


def test_marks_never_let_html_through(kiwi):
    found = snippet("<script>alert(1)</script> 도커 & <b>", {"도커"}, analyzer=kiwi)
    assert found.html == ("&lt;script&gt;alert(1)&lt;/script&gt; <mark>도커</mark> &amp; &lt;b&gt;")


@given(st.text(max_size=300), st.sets(st.text(min_size=1, max_size=6), max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_and_tokens_give_ranges_in_order(text, tokens):
    kiwi = made("kiwi")
    found = snippet(text, tokens, analyzer=kiwi)
    place = 0
    for start, end in found.ranges:
        assert place <= start < end <= len(found.text)
        place = end
    assert marked_html(found.text, found.ranges) is not None

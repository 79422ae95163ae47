"""Each provider is spoken to as its documents say, and whatever it answers is judged."""

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.tests.translating.servers import KEY, PROTOCOLS, Running, said
from blog.translating.base import NONSENSE, REFUSED, SPENT, UNREACHABLE
from blog.translating.deepl import DeepL
from blog.translating.libretranslate import LibreTranslate
from blog.translating.papago import Papago
from blog.translating.providers import PROVIDERS, current_provider
from blog.translating.texts import (
    TEXT,
    Block,
    Original,
    TranslationStopped,
    pieces,
    portions,
    translate_original,
)

pytestmark = pytest.mark.one_engine

TITLE, FIRST, SECOND = "배포하기", "먼저 이미지를 만든다.\n그리고 “실행”한다.", "끝 & <b>"


def original(*texts: str, title: str = "", language: str = "ko") -> Original:
    return Original(language, title, tuple(Block(TEXT, text) for text in texts))


def translate(what: Original, target: str = "en", seconds: float = 2):
    return translate_original(what, target, current_provider(), seconds)


def stopped(what: Original, seconds: float = 2) -> TranslationStopped:
    with pytest.raises(TranslationStopped) as failure:
        translate(what, seconds=seconds)
    return failure.value


@pytest.fixture(params=PROTOCOLS)
def any_provider(request, use):
    with Running(request.param) as running:
        yield use(running)


# The protocols ------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-66")
def test_title_and_text_come_back_in_their_places(any_provider):
    found = translate(original(FIRST, SECOND, title=TITLE))
    assert found.title == said(TITLE, "en")
    assert found.text == f"{said(FIRST, 'en')}\n\n{said(SECOND, 'en')}"
    assert any_provider.texts == [TITLE, FIRST, SECOND]
    assert all(one.target == "en" for one in any_provider.asked)


def test_the_key_stands_in_no_address(any_provider):
    translate(original(FIRST))
    assert KEY not in any_provider.asked[0].path


def test_a_wrong_key_is_no_translation(any_provider, settings):
    if any_provider.protocol == "google":
        expected = REFUSED  # Google says 400
    else:
        expected = UNREACHABLE
    settings.TRANSLATION_KEY = "another"
    failure = stopped(original(FIRST))
    assert (failure.reason, failure.spent) == (expected, 0)


def test_a_long_text_goes_in_portions_that_each_provider_takes(any_provider):
    kind = PROVIDERS[any_provider.protocol]
    sentence = "이 문장은 모두 스물두 글자쯤 되는 문장이다. "
    long = (sentence * (kind.most_characters // len(sentence) + 2)).strip()
    found = translate(original(long, *[f"문단 {number}." for number in range(60)]), seconds=10)
    for one in any_provider.asked:
        assert len(one.texts) <= kind.most_texts
        assert sum(map(len, one.texts)) <= kind.most_characters
    first, *rest = found.text.split("\n\n")
    assert first.replace("[en] ", "") == long
    assert rest == [said(f"문단 {number}.", "en") for number in range(60)]


def test_the_address_of_deepl_follows_the_key():
    assert DeepL(key="a:fx").call(["a"], "ko", "en").url.startswith("https://api-free.deepl.com/")
    assert DeepL(key="a").call(["a"], "ko", "en").url == "https://api.deepl.com/v2/translate"
    assert DeepL(key="a:fx", url="http://x/").call([], "ko", "en").url == "http://x/v2/translate"


def test_without_a_key_none_is_sent():
    assert "api_key" not in LibreTranslate(url="http://x").call(["a"], "ko", "en").body


@pytest.mark.parametrize(
    ("source", "target", "is_known"),
    [("ko", "es", True), ("es", "ko", True), ("en", "ja", True), ("ja", "es", False)],
)
def test_papago_knows_some_pairs(source, target, is_known):
    assert Papago().supports(source, target) is is_known


# What goes wrong ----------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-67")
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (429, b"{}", SPENT),
        (456, b'{"message":"Quota exceeded"}', SPENT),
        (402, b"", SPENT),
        (403, b'{"error":{"message":"Daily Limit Exceeded"}}', SPENT),
        (403, b'{"error":{"code":403001,"message":"exceeded its free quota"}}', SPENT),
        (403, b'{"error":"Invalid API key"}', UNREACHABLE),
        (401, b"{}", UNREACHABLE),
        (404, b"{}", UNREACHABLE),
        (400, b'{"error":"ja is not supported"}', REFUSED),
        (413, b"", REFUSED),
        (500, b"<h1>500</h1>", UNREACHABLE),
        (503, b"", UNREACHABLE),
        (302, b"", UNREACHABLE),
        (204, b"", UNREACHABLE),
    ],
)
def test_what_a_status_means(provider, status, body, reason):
    provider.answer = (status, body)
    failure = stopped(original(FIRST))
    assert (failure.reason, failure.spent) == (reason, 0)
    assert len(provider.asked) == 1


@pytest.mark.behaviour("BL-67")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome to nginx!</html>",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"translatedText": null}',
        b'{"translatedText": "one text"}',
        b'{"translatedText": []}',
        b'{"translatedText": ["one", "two"]}',
        b'{"translatedText": [1]}',
        b'{"translatedText": [null]}',
        b'{"translatedText": [""]}',
        b'{"translatedText": [" \\n "]}',
        b'{"translatedText": ["\\u200b\\u2060"]}',
        b'{"translatedText": {"0": "text"}}',
        b'{"translatedText": ["' + b"a" * 5000 + b'"]}',
        b'{"error": "an error that says 200"}',
        b"[" * 100_000,
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_nonsense_is_no_translation(provider, body):
    provider.answer = (200, body)
    failure = stopped(original(FIRST))
    assert failure.reason == NONSENSE
    assert failure.spent == len(FIRST), "it may have been counted"


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        ("deepl", {"translations": [{"text": None}]}),
        ("deepl", {"translations": ["a"]}),
        ("deepl", {"message": "Quota"}),
        ("microsoft", [{"translations": []}]),
        ("microsoft", {"error": {"code": 1}}),
        ("google", {"data": {"translations": [{}]}}),
        ("google", {"data": None}),
        ("papago", {"message": {"result": {"translatedText": ["a"]}}}),
        ("papago", {"message": "error"}),
    ],
)
def test_nonsense_in_each_shape(use, protocol, body):
    with Running(protocol) as running:
        use(running).answer = (200, body)
        assert stopped(original(FIRST)).reason == NONSENSE


@pytest.mark.behaviour("BL-67")
def test_the_text_itself_is_no_translation(provider):
    provider.translate = lambda text, target: text
    assert stopped(original(FIRST, title=TITLE)).reason == NONSENSE


def test_a_part_that_stays_the_same_is_fine(provider):
    provider.translate = lambda text, target: text if text == "Docker" else said(text, target)
    assert translate(original(FIRST, title="Docker")).title == "Docker"


@pytest.mark.behaviour("BL-66")
def test_what_cannot_be_seen_is_taken_out(provider):
    provider.translate = lambda text, target: "a\u202eb\x00\x07\n\n \nc\r\nd"
    found = translate(original(FIRST, title=TITLE))
    assert found.text == "ab\nc\nd"
    assert found.title == "ab c d"


@pytest.mark.behaviour("BL-67")
def test_nobody_answers_at_the_address(provider, settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.TRANSLATION_URL = f"http://127.0.0.1:{taken.getsockname()[1]}"
        failure = stopped(original(FIRST))
    assert (failure.reason, failure.spent) == (UNREACHABLE, 0)


@pytest.mark.behaviour("BL-67")
def test_a_slow_provider_is_left_in_time(provider):
    provider.delay = 3
    began = time.monotonic()
    failure = stopped(original(FIRST), seconds=0.4)
    assert time.monotonic() - began < 1.5
    assert (failure.reason, failure.spent) == (UNREACHABLE, len(FIRST))


def drip(part: bytes):
    """Return an answer that never ends and always sends something."""

    def send(handler):
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _number in range(100):
                handler.wfile.write(part)
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass  # left

    return send


@pytest.mark.parametrize("part", [b"X-More: yes\r\n", b"Content-Length: 900\r\n\r\n  "])
def test_a_provider_that_drips_is_left_in_time(provider, part):
    provider.answer = drip(part)
    began = time.monotonic()
    assert stopped(original(FIRST), seconds=0.5).reason in {UNREACHABLE}
    assert time.monotonic() - began < 1.5


def test_an_endless_answer_is_not_kept(provider):
    provider.answer = (200, b'{"translatedText": ["' + b"a" * 5_000_000 + b'"]}')
    assert stopped(original(FIRST)).reason == UNREACHABLE


def test_a_redirect_takes_no_key_along(provider):
    def lead_away(handler):
        handler.send_response(307)
        handler.send_header("Location", f"{provider.url}/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    provider.answer = lead_away
    assert stopped(original(FIRST)).reason == UNREACHABLE
    assert provider.paths == ["/translate"]


def test_what_was_done_before_the_failure_counts(provider):
    def fail_at_the_second(text, target):
        if len(provider.asked) == 2:
            provider.answer = (500, b"")
        return said(text, target)

    provider.translate = fail_at_the_second
    provider.answer = None
    texts = ["가" * 1500 + ".", "나" * 1500 + ".", "다" * 1500 + "."]
    failure = stopped(original(*texts))
    assert failure.spent == 2 * 1501


# Portions -----------------------------------------------------------------------------------------


@given(st.text(max_size=300), st.integers(1, 40))
def test_pieces_are_short_enough_and_lose_no_word(text, limit):
    found = list(pieces(text, limit))
    assert all(0 < len(piece) <= limit for piece, _after in found)
    assert "".join(piece + after for piece, after in found).split() == text.split()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("하나다. 둘이다. 셋이다.", "하나다. 둘이다."),
        ("一つ。二つです。三つ", "一つ。二つです。"),
        ("value 3.14159 stays", "value"),
        ("line one\nline two", "line one"),
        ("ㅋ" * 20, "ㅋ" * 12),
    ],
)
def test_a_text_is_cut_where_people_stop(text, first):
    limit = 12 if not text.startswith("一") else 9
    assert next(pieces(text, limit))[0] == first


@given(st.lists(st.text(min_size=1, max_size=30), max_size=40), st.integers(1, 9))
def test_portions_keep_order_and_limits(texts, most):
    found = list(portions(texts, most, 50))
    assert [text for portion in found for text in portion] == texts
    assert all(len(one) <= most and sum(map(len, one)) <= 50 for one in found)

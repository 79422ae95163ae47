import unicodedata

import pytest
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st

from accounts.exceptions import HandleRefused
from accounts.handles import RESERVED, clean_handle, is_reserved, scripts_of

pytestmark = pytest.mark.behaviour("AC-03")


@pytest.mark.parametrize(
    "handle",
    [
        "minah",
        "Minah_2",
        "a-b",
        "__",
        "12",
        "김미나",
        "미나minah",
        "金美那",
        "東京タワー",
        "さくらsakura",
        "ㅋㅋ",
        "ñandú",
        "Кириллица",
        "ελλάδα",
        "สวัสดี",
        "हिन्दी",
        "가" * 30,
    ],
)
def test_letters_of_any_script_make_a_handle(handle):
    assert clean_handle(handle) == unicodedata.normalize("NFC", handle)


@pytest.mark.parametrize(
    ("handle", "rule"),
    [
        ("", "at least 2"),
        ("가", "at least 2"),
        ("가" * 31, "at most 30"),
        ("미 나", "no spaces"),
        ("mi/nah", "“/”"),
        ("mi.nah", "“.”"),
        ("mi@nah", "“@”"),
        ("🙂🙂", "“🙂”"),
        ("mi\x00nah", "invisible"),
        ("mi\u200bnah", "invisible"),
        ("mi\u202enah", "invisible"),
        ("mi\u3164nah", "invisible"),
        ("mi\ufe0fnah", "invisible"),
        ("ｍｉｎａｈ", "looks like another character"),
        ("𝐦𝐢𝐧𝐚𝐡", "looks like another character"),
        ("mіnah", "does not mix alphabets"),  # a Cyrillic і
        ("mιnah", "does not mix alphabets"),  # a Greek ι
        ("раураӏ", "looks like one in Latin"),
        ("м1٢", "one kind of digits"),
        ("z̶̧̢ȧ̴̧lgo", "pile accents"),
        ("\u0301abc", "accent"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_name(handle, rule):
    with pytest.raises(HandleRefused) as refused:
        clean_handle(handle)
    assert rule in refused.value.message
    assert refused.value.field == "handle"


def test_both_unicode_forms_are_one_handle():
    assert clean_handle(unicodedata.normalize("NFD", "김미나")) == "김미나"


def test_a_copied_at_sign_and_outer_spaces_are_forgiven():
    assert clean_handle("  @minah ") == "minah"


@pytest.mark.parametrize("handle", ["admin", "Admin", "ad-min", "_root_", "관리자", "me", "설정"])
def test_reserved_words_stay_with_the_site(handle):
    assert is_reserved(handle) == (handle != "설정")


def test_every_first_part_of_our_addresses_is_reserved():
    """Also those that come later are found here, when their app is added."""
    firsts = set()
    for pattern in get_resolver().url_patterns:
        held = getattr(pattern, "url_patterns", [pattern])
        prefix = str(pattern.pattern)
        for inner in held if not prefix else [pattern]:
            firsts.add(str(inner.pattern).lstrip("^").split("/")[0])
    words = {first for first in firsts if first.isalpha() and len(first) > 1}
    assert words
    assert words <= RESERVED


def test_scripts_are_told_apart():
    assert scripts_of("김minah_1") == {"Hangul", "Latin"}
    assert scripts_of("_-12") == frozenset()


@given(st.text(max_size=40))
def test_any_text_is_a_handle_or_refused_with_words(text):
    try:
        handle = clean_handle(text)
    except HandleRefused as refused:
        assert refused.message
    else:
        assert clean_handle(handle) == handle
        assert "/" not in handle

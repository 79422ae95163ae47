"""The law of merging: nothing that only one side wrote is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.diffs import diff_rows
from blog.merging import merge_texts, merged_text

pytestmark = pytest.mark.one_engine

WORDS = st.sampled_from(
    ["가을", "무와", "벌레", "도커를", "**장고(Django)**를", "ㅋㅋㅋ", "🙂", "\n\n", "\n", " "]
)
TEXTS = st.lists(WORDS, max_size=30).map("".join)


@pytest.mark.behaviour("BL-10")
def test_edits_in_different_places_are_merged():
    base = "첫째 문단이다.\n\n둘째 문단이다.\n\n셋째 문단이다.\n"
    mine = base.replace("첫째", "맨 처음")
    theirs = base.replace("셋째 문단", "마지막 문단")
    assert merged_text(merge_texts(base, mine, theirs)) == (
        "맨 처음 문단이다.\n\n둘째 문단이다.\n\n마지막 문단이다.\n"
    )


@pytest.mark.behaviour("BL-10")
def test_edits_in_one_paragraph_are_merged_by_words():
    base = "오늘 아침에 산을 걸었다. 길은 젖어 있었고 새가 울었다."
    mine = base.replace("아침에", "새벽에")
    theirs = base.replace("새가 울었다", "새가 크게 울었다")
    assert merged_text(merge_texts(base, mine, theirs)) == (
        "오늘 새벽에 산을 걸었다. 길은 젖어 있었고 새가 크게 울었다."
    )


def test_edits_of_the_same_words_are_left_to_the_author():
    hunks = merge_texts("밥을 먹었다.", "죽을 먹었다.", "국수를 먹었다.")
    assert merged_text(hunks) is None
    conflict = next(hunk for hunk in hunks if hunk.kind == "conflict")
    assert (conflict.mine, conflict.theirs) == ("죽을", "국수를")


@settings(max_examples=300, deadline=None)
@given(base=TEXTS, mine=TEXTS, theirs=TEXTS)
def test_each_side_can_be_read_back_from_the_hunks(base, mine, theirs):
    hunks = merge_texts(base, mine, theirs)
    assert "".join(hunk.base for hunk in hunks) == base
    assert "".join(hunk.mine for hunk in hunks) == mine
    assert "".join(hunk.theirs for hunk in hunks) == theirs


@settings(max_examples=200, deadline=None)
@given(base=TEXTS, mine=TEXTS)
def test_what_one_side_alone_changed_is_the_merge(base, mine):
    assert merged_text(merge_texts(base, mine, base)) == mine
    assert merged_text(merge_texts(base, base, mine)) == mine
    assert merged_text(merge_texts(base, mine, mine)) == mine


@settings(max_examples=200, deadline=None)
@given(before=TEXTS, after=TEXTS)
def test_a_diff_shows_every_line_of_both_sides(before, after):
    rows = diff_rows(before, after)
    if any(row.kind == "gap" for row in rows):
        return
    left = "\n".join("".join(p.text for p in row.before) for row in rows if row.kind != "added")
    right = "\n".join("".join(p.text for p in row.after) for row in rows if row.kind != "removed")
    assert (left, right) == (before, after)
    changed = any(row.kind != "same" for row in rows)
    assert changed == (before != after)


def test_a_hostile_pair_of_texts_is_compared_in_bounded_time():
    base, mine, theirs = "가\n나\n" * 40_000, "나\n가\n" * 40_000, "다\n가\n" * 40_000
    hunks = merge_texts(base, mine, theirs)
    assert "".join(hunk.mine for hunk in hunks) == mine

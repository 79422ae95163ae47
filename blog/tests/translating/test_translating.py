"""Having a text translated: once, kept until the text changes, within its limits."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser

from blog import actions, tasks
from blog.actions import machine
from blog.exceptions import (
    NotForTranslation,
    NotTranslatable,
    TranslationFailed,
    TranslationUnavailable,
)
from blog.models import Comment, MachineTranslation, TranslationSpending
from blog.tests.factories import make_article, make_draft, make_note
from blog.tests.translating.servers import said
from blog.translating.providers import current_provider
from blog.translating.texts import original_of
from config.exceptions import TooManyRequests

pytestmark = pytest.mark.django_db

ENGLISH = "A short note about good bread and butter."
BODY = "The first paragraph is here.\n\n## A heading\n\nThe second one."


@pytest.fixture
def note(minah):
    return make_note(minah, ENGLISH)


def translate(subject, actor, **options):
    return actions.translate_text(subject, actor=actor, target="ko", **options)


def spent() -> int:
    return sum(TranslationSpending.objects.values_list("characters", flat=True))


# Once ---------------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-68")
def test_the_provider_is_asked_once_for_a_text_and_a_language(provider, note, junho, stranger):
    rows = [translate(note, person) for person in (junho, junho, stranger)]
    assert len({row.pk for row in rows}) == 1
    assert [row.text for row in rows] == [said(ENGLISH, "ko")] * 3
    assert len(provider.asked) == 1
    row = MachineTranslation.objects.get()
    assert (row.state, row.asked_by, row.provider) == ("done", junho, "libretranslate")
    assert (row.source_language, row.target_language) == ("en", "ko")
    assert row.characters == spent() == len(ENGLISH)
    assert actions.translate_text(note, actor=junho, target="es-MX").target_language == "es"
    assert [one.target for one in provider.asked] == ["ko", "es"]


@pytest.mark.behaviour("BL-68")
def test_of_an_article_the_title_goes_along_and_the_card_by_itself(provider, minah, junho):
    article = make_article(minah, "A title", source=BODY, excerpt="In short words.", language="en")
    whole = translate(article, junho)
    assert whole.title == said("A title", "ko")
    parts = ["The first paragraph is here.", "A heading", "The second one."]
    assert whole.text == "\n\n".join(said(part, "ko") for part in parts)
    card = translate(article, junho, is_card=True)
    assert (card.title, card.text) == (whole.title, said("In short words.", "ko"))
    assert provider.texts == ["A title", *parts, "A title", "In short words."]


@pytest.mark.behaviour("BL-68")
def test_it_is_kept_until_the_text_changes(provider, note, minah, junho):
    first = translate(note, junho)
    actions.change_note(note, actor=minah, source=ENGLISH, visibility="unlisted")
    note.refresh_from_db()
    assert translate(note, junho).pk == first.pk
    changed = actions.change_note(note, actor=minah, source=f"{ENGLISH} With salt.")
    assert not MachineTranslation.objects.exists()
    assert translate(changed, junho).text == said(f"{ENGLISH} With salt.", "ko")
    assert len(provider.asked) == 2
    assert spent() == 2 * len(ENGLISH) + len(" With salt.")


@pytest.mark.behaviour("BL-68")
def test_a_change_of_an_article_drops_only_what_is_stale(provider, minah, junho):
    article = make_article(minah, "A title", source=BODY, excerpt="In short.", language="en")
    translate(article, junho)
    card = translate(article, junho, is_card=True)
    article = actions.change_article(article, actor=minah, source=f"{BODY}\n\nA third one.")
    assert MachineTranslation.objects.get() == card
    actions.change_article(article, actor=minah, language="es")
    assert not MachineTranslation.objects.exists(), "it was read as another language"


def test_what_is_erased_leaves_no_translation(provider, note, minah, junho):
    translate(note, junho)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=40), tick=False):
        actions.delete_post(note, actor=minah)
    actions.erase_deleted_posts()
    assert not MachineTranslation.objects.exists()


def test_no_word_of_a_comment_outlives_it(provider, minah, junho):
    post = make_note(minah, "오늘은 김밥을 말았다.")
    kept, changed, deleted = (
        actions.write_comment(post, actor=junho, source=f"{ENGLISH} {number}")
        for number in range(3)
    )
    for comment in (kept, changed, deleted):
        translate(comment, minah)
    actions.write_comment(post, actor=minah, source="네.", parent=deleted)
    actions.delete_comment(deleted, actor=junho)
    changed = actions.change_comment(changed, actor=junho, source="Now it says something else.")
    assert translate(changed, minah).text == said("Now it says something else.", "ko")
    tasks.prune_translations()
    assert set(MachineTranslation.objects.values_list("comment", "text")) == {
        (kept.pk, said(f"{ENGLISH} 0", "ko")),
        (changed.pk, said("Now it says something else.", "ko")),
    }


def test_old_failures_are_forgotten(provider, note, junho):
    provider.answer = (500, b"")
    with pytest.raises(TranslationFailed):
        translate(note, junho)
    now = datetime.now(UTC)
    assert actions.prune_translations(now + timedelta(hours=47)) == 0
    assert actions.prune_translations(now + timedelta(hours=49)) == 1


# Who and what ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-65")
@pytest.mark.parametrize("visibility", ["followers", "private"])
def test_what_not_everybody_may_read_stays_here(provider, minah, junho, visibility):
    note = make_note(minah, ENGLISH, visibility=visibility)
    for person in (minah, junho):
        with pytest.raises(NotForTranslation):
            translate(note, person)
    assert not provider.asked


@pytest.mark.behaviour("BL-65")
def test_drafts_and_what_was_taken_back_stay_here(provider, minah):
    draft = make_draft(minah, "A draft", source=BODY, language="en")
    article = make_article(minah, "A title", source=BODY, language="en")
    comment = actions.write_comment(article, actor=minah, source=ENGLISH)
    actions.hide_comment(comment, actor=minah)
    comment.refresh_from_db()
    for subject in (draft, comment, actions.unpublish_post(article, actor=minah)):
        with pytest.raises(NotForTranslation):
            translate(subject, minah)
    assert not provider.asked


@pytest.mark.behaviour("BL-65")
def test_a_comment_goes_where_its_post_may_go(provider, minah, junho):
    post = make_note(minah, "오늘은 김밥을 말았다.", visibility="unlisted")
    comment = actions.write_comment(post, actor=junho, source=ENGLISH)
    assert translate(comment, minah).text == said(ENGLISH, "ko")
    for change in ({"visibility": "followers"}, {"status": "held"}):
        post.refresh_from_db()
        for name, value in change.items():
            setattr(post, name, value)
        comment.post = post
        with pytest.raises(NotForTranslation):
            translate(comment, minah)
    comment.refresh_from_db()
    comment.status = Comment.Status.WAITING
    with pytest.raises(NotForTranslation):
        translate(comment, minah)
    with pytest.raises(NotForTranslation):
        translate(post, AnonymousUser())


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "ko"},
        {"language": "ko-KR"},
        {"language": ""},
        {"html": "<p>🎉 https://example.com</p>"},
        {"html": ""},
        {"html": "<p>" + "long words " * 4000 + "</p>"},
    ],
    ids=["ko", "ko-KR", "unknown", "no words", "nothing", "too long"],
)
def test_what_cannot_be_translated_is_not_sent(provider, note, junho, changes):
    for name, value in changes.items():
        setattr(note, name, value)
    with pytest.raises(NotTranslatable):
        translate(note, junho)
    assert not provider.asked
    assert not MachineTranslation.objects.exists()


def test_a_pair_that_the_provider_does_not_know(provider, note, junho, settings):
    settings.TRANSLATION_PROVIDER = "papago"
    note.language = "ja"
    with pytest.raises(NotTranslatable):
        actions.translate_text(note, actor=junho, target="es")


# When it fails --------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-67")
def test_without_a_provider_nothing_is_kept(note, junho):
    with pytest.raises(TranslationUnavailable) as error:
        translate(note, junho)
    assert (error.value.status, error.value.code) == (503, "translation_unavailable")
    assert not MachineTranslation.objects.exists()


@pytest.mark.behaviour("BL-67")
def test_after_a_failure_it_can_be_tried_again(provider, note, junho):
    provider.answer = (500, b"")
    for _twice in range(2):
        with pytest.raises(TranslationFailed) as error:
            translate(note, junho)
        assert (error.value.status, error.value.code) == (502, "translation_failed")
    row = MachineTranslation.objects.get()
    assert (row.state, row.problem, row.text, row.characters) == ("failed", "unreachable", "", 0)
    assert spent() == 0
    provider.answer = None
    assert translate(note, junho).text == said(ENGLISH, "ko")
    assert (MachineTranslation.objects.get().state, spent()) == ("done", len(ENGLISH))


@pytest.mark.behaviour("BL-67")
def test_what_an_unreadable_answer_cost_is_counted(provider, note, junho):
    provider.answer = (200, {"translatedText": []})
    with pytest.raises(TranslationFailed):
        translate(note, junho)
    assert spent() == MachineTranslation.objects.get().characters == len(ENGLISH)


def test_a_mistake_of_ours_leaves_nothing_running(provider, note, junho, monkeypatch):
    def break_down(*_what):
        raise ZeroDivisionError

    monkeypatch.setattr(machine, "translate_original", break_down)
    with pytest.raises(ZeroDivisionError):
        translate(note, junho)
    assert MachineTranslation.objects.get().state == "failed"


def running_since(note, junho, seconds: float) -> MachineTranslation:
    """Return a row whose process has been silent for so long."""
    row = translate(note, junho)
    MachineTranslation.objects.update(
        state="running",
        title="",
        text="",
        created_at=datetime.now(UTC) - timedelta(seconds=seconds),
    )
    return row


def test_what_a_dead_process_left_is_taken_over(provider, note, junho, stranger):
    running_since(note, junho, 60)
    assert translate(note, stranger).text == said(ENGLISH, "ko")
    assert len(provider.asked) == 2
    assert MachineTranslation.objects.get().asked_by == stranger


def test_what_is_on_its_way_is_not_asked_for_again(provider, note, junho, stranger, monkeypatch):
    monkeypatch.setattr(machine, "WAIT_SECONDS", 0.3)
    running_since(note, junho, 1)
    assert translate(note, stranger).state == "running"
    assert len(provider.asked) == 1


def test_who_comes_just_after_it_is_done_does_not_pay_again(provider, note, junho, stranger):
    row = translate(note, junho)
    found, is_ours = machine._claim(note, original_of(note), "ko", current_provider(), stranger)
    assert (found.pk, is_ours) == (row.pk, False)
    assert spent() == len(ENGLISH)


def test_who_was_given_up_does_not_write_over_who_took_over(provider, note, junho, monkeypatch):
    real = machine.translate_original

    def be_overtaken(*what):
        found = real(*what)
        now = datetime.now(UTC) + timedelta(seconds=1)
        MachineTranslation.objects.update(state="done", text="그 사이의 번역", created_at=now)
        return found

    monkeypatch.setattr(machine, "translate_original", be_overtaken)
    with pytest.raises(TranslationFailed):
        translate(note, junho)
    assert translate(note, junho).text == "그 사이의 번역"


def test_a_text_that_changes_meanwhile_gets_no_old_translation(
    provider, note, minah, junho, monkeypatch
):
    real = machine.translate_original

    def translate_and_change(*what):
        found = real(*what)
        actions.change_note(note, actor=minah, source="Another text in its place.")
        return found

    monkeypatch.setattr(machine, "translate_original", translate_and_change)
    with pytest.raises(TranslationFailed):
        translate(note, junho)
    assert len(provider.asked) == 1
    assert not MachineTranslation.objects.exists()


# Limits ---------------------------------------------------------------------------------------------


def make_rows(actor, note, number: int, **fields) -> None:
    MachineTranslation.objects.bulk_create(
        MachineTranslation(
            post=note,
            text_hash=f"{index:064}",
            target_language="ko",
            asked_by=actor,
            **({"state": "done", "characters": 5} | fields),
        )
        for index in range(number)
    )


@pytest.mark.behaviour("BL-68")
def test_fifty_new_ones_a_day(provider, note, minah, junho, stranger):
    make_rows(junho, note, machine.NEW_A_DAY - 1)
    kept = make_note(minah, f"{ENGLISH} And tea.")
    translate(kept, junho)
    with pytest.raises(TooManyRequests):
        translate(note, junho)
    assert translate(kept, junho).state == "done", "what is there costs nothing"
    assert translate(note, stranger).state == "done"
    assert len(provider.asked) == 2
    MachineTranslation.objects.update(created_at=datetime.now(UTC) - timedelta(hours=25))
    translate(make_note(minah, f"{ENGLISH} And milk."), junho)


@pytest.mark.behaviour("BL-68")
def test_a_text_that_changes_again_and_again_earns_no_new_share(
    provider, minah, junho, monkeypatch
):
    monkeypatch.setattr(machine, "ASKED_A_DAY", 3)
    for number in range(3):
        note = make_note(minah, f"{ENGLISH} Number {number}.")
        translate(note, junho)
        MachineTranslation.objects.all().delete()
    with pytest.raises(TooManyRequests):
        translate(make_note(minah, f"{ENGLISH} And more."), junho)


def test_failures_that_cost_nothing_are_not_counted(provider, note, junho):
    make_rows(junho, note, 60, state="failed", characters=0)
    translate(note, junho)
    MachineTranslation.objects.filter(state="failed").update(characters=5)
    with pytest.raises(TooManyRequests):
        actions.translate_text(note, actor=junho, target="es")


@pytest.mark.behaviour("BL-68")
def test_the_budget_of_a_month(provider, minah, junho, settings):
    first, second = make_note(minah, ENGLISH), make_note(minah, f"{ENGLISH}!")
    settings.TRANSLATION_MONTHLY_CHARACTERS = 2 * len(ENGLISH)
    with time_machine.travel(datetime(2026, 3, 31, 23, 59, tzinfo=UTC), tick=False):
        translate(first, junho)
        with pytest.raises(TranslationUnavailable):
            translate(second, junho)
        assert MachineTranslation.objects.count() == len(provider.asked) == 1
        assert translate(first, junho).state == "done", "what is there costs nothing"
        first.delete()
        with pytest.raises(TranslationUnavailable):
            translate(second, junho)
    with time_machine.travel(datetime(2026, 4, 1, 0, 1, tzinfo=UTC), tick=False):
        translate(second, junho)
    assert [row.characters for row in TranslationSpending.objects.order_by("month")] == [
        len(ENGLISH),
        len(ENGLISH) + 1,
    ]


def test_exactly_the_budget_is_enough_and_none_means_no_end(provider, minah, junho, settings):
    settings.TRANSLATION_MONTHLY_CHARACTERS = len(ENGLISH)
    translate(make_note(minah, ENGLISH), junho)
    settings.TRANSLATION_MONTHLY_CHARACTERS = 0
    translate(make_note(minah, f"{ENGLISH}!"), junho)


def test_when_all_turns_are_taken_nobody_waits_for_long(provider, note, junho, monkeypatch):
    monkeypatch.setattr(machine, "WAIT_SECONDS", 0.05)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "_turns", machine.threading.BoundedSemaphore(1))
        with machine._turn(), pytest.raises(TranslationUnavailable):
            translate(note, junho)
        assert translate(note, junho).state == "done"

"""What an action refuses is said on the form in the administration, with all that was typed."""

import pytest
from django.contrib import admin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from zeal import zeal_ignore

from accounts.tests.factories import make_person
from blog.admin import TagAdmin
from blog.models import Tag, TagAlias
from blog.tests.factories import make_article
from config.actions import change_site_settings
from config.admin import SiteSettingsAdmin
from config.admin_site import AT_ONCE
from config.exceptions import DomainError
from config.models import SiteSettings
from config.tests.admin.test_settings import LANGUAGES, picture
from embed.models import EmbedSite
from moderation.models import BlockedSource, LogEntry

pytestmark = pytest.mark.django_db
TAGS = "/admin/blog/tag/"


@pytest.fixture
def keeper(db):
    return make_person("keeper", "지기", is_staff=True, is_superuser=True)


@pytest.fixture
def boss(as_user, keeper):
    return as_user(keeper)


def told(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


# Typed and refused --------------------------------------------------------------------------------


@pytest.mark.behaviour("AD-10", "UX-05")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "nonsense"}, "value"),
        ({"until_0": "2020-05-05", "until_1": "09:00:00"}, "until"),
    ],
    ids=["network", "past"],
)
def test_a_source_that_is_refused_stays_typed_beside_the_reason(boss, changes, field):
    note = "여러 번 광고를 보냈어요. " * 40
    typed = {"kind": "network", "value": "192.0.2.0/24", "note": note} | changes
    page = boss.post(reverse("admin:moderation_blockedsource_add"), typed)
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert list(form.errors) == [field]
    assert (form["note"].value(), form["value"].value()) == (note, typed["value"])
    assert note.strip() in page.content.decode()
    assert told(page) == []
    assert not BlockedSource.objects.exists() and not LogEntry.objects.exists()


@pytest.mark.behaviour("AD-13", "UX-05")
def test_a_tag_renamed_to_one_that_is_there_says_so_and_keeps_the_name(boss, minah):
    make_article(minah, tags=["도커", "김밥"])
    tag = Tag.objects.get(key="도커")
    page = boss.post(f"{TAGS}{tag.pk}/change/", {"name": "김밥", "is_banned": "on"})
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert list(form.errors) == ["__all__"]
    assert (form["name"].value(), form["is_banned"].value()) == ("김밥", True)
    tag.refresh_from_db()
    assert (tag.name, tag.is_banned) == ("도커", False)


@pytest.mark.behaviour("AD-17", "UX-05")
def test_a_site_that_is_refused_stays_typed(boss, minah):
    typed = {
        "owner_handle": "minah",
        "name": "미나네",
        "origins": "https://minah.example",
        "index_url": "https://junho.example/index.json",
        "allows_guests": "on",
    }
    page = boss.post(reverse("admin:embed_embedsite_add"), typed)
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert list(form.errors) == ["index_url"]
    assert {name: form[name].value() for name in typed} == typed | {"allows_guests": True}
    assert not EmbedSite.objects.exists()


# Of any admin page --------------------------------------------------------------------------------


class Refused(DomainError):
    """A rule of these tests."""


class RefusedTags(TagAdmin):
    """Tags with their aliases below, that are stored and then refused."""

    class Aliases(admin.TabularInline):
        model = TagAlias
        extra = 0

    inlines = (Aliases,)

    def store(self, request, obj, form, change):
        super().store(request, obj, form, change)
        raise Refused("아니에요 100%", field="name")


class RefusedSettings(SiteSettingsAdmin):
    """Settings that are refused after they were read."""

    def store(self, request, obj, form, change):
        assert form.cleaned_data["new_card"]
        raise Refused("아니에요", field="title_ko")


def sent(rf, keeper, page, pk, data):
    request = rf.post("/admin/", data)
    request.user = keeper
    request._dont_enforce_csrf_checks = True
    request.session = {}
    request._messages = FallbackStorage(request)
    return page.change_view(request, str(pk))


def test_what_was_stored_before_the_refusal_is_taken_back_and_rows_below_stay_typed(
    rf, keeper, minah
):
    make_article(minah, tags=["도커"])
    tag = Tag.objects.get()
    below = {"aliases-TOTAL_FORMS": "1", "aliases-INITIAL_FORMS": "0", "aliases-0-key": "moby"}
    page = sent(
        rf,
        keeper,
        RefusedTags(Tag, admin.site),
        tag.pk,
        {"name": "김밥", "is_banned": "on"} | below,
    )
    assert page.status_code == 200
    context = page.context_data
    assert context["adminform"].form.errors == {"name": ["아니에요 100%"]}
    [formset] = context["inline_admin_formsets"]
    assert formset.formset.forms[0]["key"].value() == "moby"
    tag.refresh_from_db()
    assert (tag.name, tag.is_banned) == ("도커", False)
    assert not TagAlias.objects.exists() and not LogEntry.objects.exists()


@pytest.mark.behaviour("AD-14")
def test_an_uploaded_picture_is_not_refused_because_something_else_is(rf, keeper):
    row = change_site_settings(title_ko="마당")
    data = {f"title_{language}": "느티나무" for language in LANGUAGES}
    data["new_card"] = SimpleUploadedFile("카드.png", picture())
    page = sent(rf, keeper, RefusedSettings(SiteSettings, admin.site), row.pk, data)
    assert page.status_code == 200
    form = page.context_data["adminform"].form
    assert form.errors == {"title_ko": ["아니에요"]}
    assert form["title_en"].value() == "느티나무"
    row.refresh_from_db()
    assert row.title_ko == "마당"


# Acts on many, and filters ------------------------------------------------------------------------


@pytest.mark.behaviour("AD-13", "AD-05")
def test_as_many_tags_are_merged_as_the_question_allows(boss):
    into = Tag.objects.create(name="하나", key="하나")
    Tag.objects.bulk_create(Tag(name=f"t{number}", key=f"t{number}") for number in range(120))
    keys = list(Tag.objects.values_list("pk", flat=True))
    assert 100 < len(keys) <= AT_ONCE
    form = {"action": "merge", "_selected_action": keys}
    assert len(boss.post(TAGS, form).context["choices"]) == len(keys)
    with zeal_ignore():  # one after the other, each by the action
        boss.post(TAGS, form | {"confirmed": "1", "choice": str(into.pk)})
    assert list(Tag.objects.all()) == [into]
    assert into.aliases.count() == 120


@pytest.mark.behaviour("AD-13")
def test_tags_that_are_gone_meanwhile_are_not_merged_and_it_is_said(boss, minah):
    make_article(minah, tags=["도커"])
    form = {"action": "merge", "_selected_action": ["999999"]}
    for answer in (form, form | {"confirmed": "1", "other": "도커"}):
        page = boss.post(TAGS, answer, follow=True)
        assert page.status_code == 200
        assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert Tag.objects.count() == 1


@pytest.mark.parametrize("value", ["abc", "xx", "\x00", "ko'"])
def test_a_filter_of_an_unknown_value_filters_nothing(boss, minah, value):
    make_article(minah, "김밥 마는 법")
    page = boss.get("/admin/blog/post/", {"language": value})
    assert page.status_code == 200
    assert "김밥 마는 법" in page.content.decode()

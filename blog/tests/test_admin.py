"""The administration: everything listed, in Korean, at a constant cost; writes go by actions."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.tests.factories import make_person
from blog.models import OldPath, Page, Post, PostRedirect, Tag, TagAlias, Topic
from blog.tests.factories import make_article, make_draft
from config.models import SiteSettings
from moderation.models import LogEntry

pytestmark = pytest.mark.django_db
OURS = [
    model
    for model in admin.site._registry
    if model._meta.app_label in {"accounts", "social", "blog", "config"}
]


@pytest.fixture
def administrator(db):
    return make_person("keeper", "지기", is_staff=True, is_superuser=True)


def list_url(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.behaviour("AD-01")
def test_visitors_go_to_sign_in_and_members_are_refused(client, minah):
    response = client.get("/admin/")
    assert response.status_code == 302
    assert "/auth/login/" in client.get(response.headers["Location"]).headers.get(
        "Location", response.headers["Location"]
    )
    client.force_login(minah)
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_and_search_opens(as_user, administrator, model):
    client = as_user(administrator)
    assert client.get(list_url(model)).status_code == 200
    assert client.get(f"{list_url(model)}?q=도커").status_code == 200


@pytest.mark.behaviour("AD-12")
def test_the_list_of_posts_costs_the_same_with_more_rows(
    as_user, administrator, minah, django_assert_max_num_queries
):
    client = as_user(administrator)
    for number in range(3):
        make_article(minah, f"글 {number}")
    client.get(list_url(Post))
    with django_assert_max_num_queries(10):
        client.get(list_url(Post))
    for number in range(3, 15):
        make_article(make_person(f"writer{number}"), f"글 {number}")
    with django_assert_max_num_queries(10):
        assert "글 14" in client.get(list_url(Post)).content.decode()


def test_drafts_and_private_texts_are_not_shown_to_staff(as_user, administrator, minah):
    make_draft(minah, "쓰다 만 비밀")
    make_article(minah, "나만 보는 비밀", visibility="private")
    assert "비밀" not in as_user(administrator).get(list_url(Post)).content.decode()


@pytest.mark.behaviour("AD-11", "BL-46")
def test_a_page_saved_here_is_rendered(as_user, administrator):
    client = as_user(administrator)
    data = {"slug": "about", "position": "0", "is_in_footer": "on"}
    for language in ("ko", "en", "es", "ja"):
        data |= {f"title_{language}": f"소개 {language}", f"source_{language}": "**굵게** 쓴다"}
    response = client.post(reverse("admin:blog_page_add"), data)
    assert response.status_code == 302, response.context["errors"]
    assert Page.objects.get().html_ko == "<p><strong>굵게</strong> 쓴다</p>\n"
    assert "<strong>굵게</strong>" in client.get("/about/").content.decode()


@pytest.mark.behaviour("AD-14")
def test_the_title_of_the_site_changes_at_once(as_user, administrator, client):
    SiteSettings.objects.create(pk=1, title_ko="마당")
    editor = as_user(administrator)
    assert "마당" in editor.get("/explore/").content.decode()
    data = {f"title_{language}": "느티나무" for language in ("ko", "en", "es", "ja")}
    data |= {f"tagline_{language}": "" for language in ("ko", "en", "es", "ja")}
    with_url = reverse("admin:config_sitesettings_change", args=[1])
    response = editor.post(with_url, data | {"is_signup_open": "on", "contact_email": ""})
    assert response.status_code == 302, response.context["errors"]
    from config.selectors import SETTINGS_CACHE_KEY, cache

    cache.delete(SETTINGS_CACHE_KEY)  # the test's transaction never commits
    assert "느티나무" in editor.get("/explore/").content.decode()


@pytest.mark.behaviour("BL-43", "AD-05", "AD-13")
def test_chosen_tags_are_merged_into_the_tag_that_one_chooses(as_user, administrator, minah):
    make_article(minah, "하나", tags=["도커"])
    make_article(minah, "둘", tags=["docker", "도커"])
    client = as_user(administrator)
    form = {
        "action": "merge",
        "_selected_action": list(Tag.objects.values_list("pk", flat=True)),
    }
    asks = client.post(list_url(Tag), form)
    assert "<b>2</b>" in asks.content.decode() and Tag.objects.count() == 2
    chosen = Tag.objects.get(key="docker")
    client.post(list_url(Tag), form | {"confirmed": "1", "choice": str(chosen.pk)})
    assert [tag.key for tag in Tag.objects.all()] == ["docker"]
    assert TagAlias.objects.get().key == "도커"
    assert Tag.objects.get().post_count == 2
    assert LogEntry.objects.get().act == "tag_merge"


@pytest.mark.behaviour("AD-13")
def test_tags_are_merged_into_one_that_is_named_and_banned_and_allowed(
    as_user, administrator, minah
):
    make_article(minah, "하나", tags=["도커", "김밥", "떡"])
    client = as_user(administrator)
    docker = Tag.objects.get(key="도커")
    form = {"action": "merge", "_selected_action": [docker.pk], "confirmed": "1"}
    client.post(list_url(Tag), form | {"other": "없는말"})
    assert Tag.objects.count() == 3
    client.post(list_url(Tag), form | {"other": "#김밥"})
    assert {tag.key for tag in Tag.objects.all()} == {"김밥", "떡"}
    keys = list(Tag.objects.values_list("pk", flat=True))
    client.post(list_url(Tag), {"action": "ban", "_selected_action": keys})
    assert not Tag.objects.filter(is_banned=True).exists()
    client.post(list_url(Tag), {"action": "ban", "_selected_action": keys, "confirmed": "1"})
    assert Tag.objects.filter(is_banned=True).count() == 2
    client.post(list_url(Tag), {"action": "allow", "_selected_action": keys, "confirmed": "1"})
    assert not Tag.objects.filter(is_banned=True).exists()


@pytest.mark.behaviour("AD-13")
def test_an_old_address_is_let_go_through_an_action(as_user, administrator, minah):
    post = make_article(minah, "하나")
    paths = [OldPath.objects.create(path=f"/entry/{name}", post=post) for name in ("가", "나")]
    redirect = PostRedirect.objects.create(author=minah, slug="옛-주소", post=post)
    client = as_user(administrator)
    url = reverse("admin:blog_postredirect_delete", args=[redirect.pk])
    assert client.post(url, {"post": "yes"}).status_code == 302
    keys = [path.pk for path in paths]
    form = {"action": "delete_selected", "_selected_action": keys}
    assert "entry/가" in client.post(list_url(OldPath), form).content.decode()
    client.post(list_url(OldPath), form | {"post": "yes"})
    assert not PostRedirect.objects.exists() and not OldPath.objects.exists()
    assert set(LogEntry.objects.values_list("act", flat=True)) == {
        "postredirect_delete",
        "oldpath_delete",
    }


def test_topics_have_a_tab_for_each_language(as_user, administrator):
    Topic.objects.create(slug="dev", name_ko="개발")
    topic = Topic.objects.get()
    html = (
        as_user(administrator)
        .get(reverse("admin:blog_topic_change", args=[topic.pk]))
        .content.decode()
    )
    for language in ("ko", "en", "es", "ja"):
        assert f'name="name_{language}"' in html
    assert "//ajax.googleapis.com" not in html
    assert "madang/vendor/jquery-ui.min.js" in html


def test_the_admin_speaks_korean(as_user, administrator, minah):
    html = (
        as_user(administrator)
        .get(list_url(Post), headers={"accept-language": "ko"})
        .content.decode()
    )
    assert 'lang="ko"' in html
    assert "로그아웃" in html

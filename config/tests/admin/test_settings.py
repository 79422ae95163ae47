"""Settings of the site: each is there, and every page follows at once (AD-14)."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.tests.factories import make_person
from blog.actions import save_page
from blog.models import Page
from config.actions import card_file, change_site_settings, set_card_image
from config.images import ImageRefused
from config.models import SiteSettings
from moderation.models import LogEntry

pytestmark = pytest.mark.django_db
LANGUAGES = ("ko", "en", "es", "ja")


@pytest.fixture
def boss():
    client = Client(headers={"accept-language": "ko"})
    client.force_login(make_person("keeper", "지기", is_staff=True, is_superuser=True))
    change_site_settings(title_ko="마당", is_signup_open=True)
    return client


@pytest.fixture
def change(boss, django_capture_on_commit_callbacks):
    """Send the form of the settings with some fields changed."""

    def send(**values):
        url = reverse("admin:config_sitesettings_change", args=[1])
        data = {f"title_{language}": "마당" for language in LANGUAGES}
        data |= {f"tagline_{language}": "" for language in LANGUAGES}
        data |= {"is_signup_open": "on"} | values
        data = {name: value for name, value in data.items() if value is not None}
        with django_capture_on_commit_callbacks(execute=True):
            response = boss.post(url, data)
        assert response.status_code == 302, response.context["errors"]

    return send


def picture(width: int = 900, height: int = 900, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), (11, 110, 95, 120)[: len(mode)]).save(out, "PNG")
    return out.getvalue()


@pytest.mark.behaviour("AD-14")
def test_title_tagline_and_verification_are_on_the_next_page(change, client):
    assert "느티나무" not in client.get("/").content.decode()
    change(
        title_ko="느티나무",
        tagline_ko="함께 쓰는 그늘",
        google_verification="g00gle",
        naver_verification="nav3r",
        bing_verification="b1ng",
    )
    html = client.get("/", headers={"accept-language": "ko"}).content.decode()
    assert "느티나무" in html and "함께 쓰는 그늘" in html
    for tag, value in (
        ("google-site-verification", "g00gle"),
        ("naver-site-verification", "nav3r"),
        ("msvalidate.01", "b1ng"),
    ):
        assert f'<meta name="{tag}" content="{value}">' in html


@pytest.mark.behaviour("AD-14")
def test_sign_up_closes_at_once(change, client):
    assert client.get("/auth/signup/").context["form"].fields
    change(is_signup_open=None)
    closed = client.get("/auth/signup/")
    assert 'name="handle"' not in closed.content.decode()


@pytest.mark.behaviour("AD-14")
def test_the_front_page_is_what_is_chosen(change, client):
    save_page(Page(slug="about", title_ko="소개", source_ko="느티나무 아래에서 만나요."))
    change(front_page="latest")
    response = client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/explore/")
    change(front_page="about")
    assert "느티나무 아래에서 만나요." in client.get("/").content.decode()
    Page.objects.all().delete()
    assert client.get("/").status_code == 200
    change_site_settings(front_page="about")
    member = Client()
    member.force_login(make_person("minah"))
    assert member.get("/").templates[0].name == "blog/home.html"


@pytest.mark.behaviour("AD-14")
def test_the_card_image_is_cut_re_encoded_shown_and_replaced(change, client):
    change(new_card=SimpleUploadedFile("카드.png", picture(mode="RGBA")))
    first = SiteSettings.objects.get()
    html = client.get("/").content.decode()
    assert f'<meta property="og:image" content="https://madang.example{first.card_path}">' in html
    response = client.get(first.card_path)
    shown = Image.open(io.BytesIO(b"".join(response.streaming_content)))
    assert (shown.format, shown.size) == ("JPEG", (1200, 630))
    change(new_card=SimpleUploadedFile("둘.png", picture()))
    assert not default_storage.exists(card_file(first.card_image))
    assert client.get(first.card_path).status_code == 404
    change(removes_card="on")
    assert SiteSettings.objects.get().card_image == ""
    assert "og-card.png" in client.get("/").content.decode()


def test_what_is_no_picture_is_refused(boss):
    with pytest.raises(ImageRefused):
        set_card_image(b"<svg onload=alert(1)>")
    url = reverse("admin:config_sitesettings_change", args=[1])
    data = {f"title_{language}": "마당" for language in LANGUAGES}
    data["new_card"] = SimpleUploadedFile("x.png", b"<svg/>")
    response = boss.post(url, data)
    assert response.status_code == 200
    assert "new_card" in response.context["adminform"].form.errors
    assert SiteSettings.objects.get().card_image == ""


@pytest.mark.behaviour("AD-14", "SO-42")
def test_every_switch_is_in_the_form_and_a_change_leaves_a_row(change, boss):
    html = boss.get(reverse("admin:config_sitesettings_change", args=[1])).content.decode()
    switches = [
        field.name
        for field in SiteSettings._meta.fields
        if field.get_internal_type() == "BooleanField"
    ]
    assert len(switches) >= 4
    for name in (*switches, "contact_email", "front_page", "new_card"):
        assert f'name="{name}"' in html
    change(approves_first_words="on", contact_email="help@example.com")
    row = LogEntry.objects.latest("number")
    assert row.act == "sitesettings_change"
    assert row.before["approves_first_words"] is False
    assert row.after["approves_first_words"] is True
    assert "help@example.com" not in str(row.after)
    rows = LogEntry.objects.count()
    change(approves_first_words="on", contact_email="help@example.com")
    assert LogEntry.objects.count() == rows, "nothing was changed"


def test_who_may_not_change_the_site_does_not(client):
    change_site_settings(title_ko="마당")
    url = reverse("admin:config_sitesettings_change", args=[1])
    client.force_login(make_person("dajung", is_staff=True))
    assert client.post(url, {"title_ko": "남의 마당"}).status_code == 403
    assert SiteSettings.objects.get().title_ko == "마당"

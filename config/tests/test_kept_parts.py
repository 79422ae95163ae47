"""``{% kept %}``: parts drawn once, with nothing of a page in them but what is named."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import override_script_prefix
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.tests.factories import make_person
from config.templatetags import kept

NEXT = re.compile(r'name="next" value="([^"]*)"')


def template(inside: str, names: str = "") -> Template:
    return Template("{% load kept i18n %}{% kept " + names + " %}" + inside + "{% endkept %}")


class Drawing:
    """A value that notes how often it is drawn."""

    def __init__(self) -> None:
        self.number = 0

    def draw(self) -> int:
        self.number += 1
        return self.number


@pytest.mark.django_db
def test_nothing_of_the_page_gets_in_but_what_is_named():
    request = RequestFactory().get("/explore/")
    request.user, request.session, request.theme = make_person("minah", "미나"), {}, "dark"
    names = "user secret theme site perms messages request.user request.path forloop"
    inside = "|".join("{{ " + name + " }}" for name in names.split())
    page = RequestContext(request, {"secret": "비밀", "theme": "dark"})
    assert template(inside).render(page) == "|" * 8
    assert template(inside, "theme=theme").render(page) == "||dark||||||"
    assert template("{{ name }}", "name=user.handle").render(page) == "minah"
    assert page["secret"] == "비밀", "the page goes on as it was"


def test_what_is_named_is_drawn_once_for_each_value():
    part, one, other = template("{{ it.draw }} {{ theme }}", "it=it theme=theme"), *2 * [None]
    one, other = Drawing(), Drawing()
    for _again in range(3):
        assert part.render(Context({"it": one, "theme": "dark"})) == "1 dark"
        assert part.render(Context({"it": other, "theme": "dark"})) == "1 dark"
        assert part.render(Context({"it": one, "theme": "light"})) == "2 light"
        assert part.render(Context({"it": one})) == "3 "
    assert (one.number, other.number) == (3, 1)


def test_what_is_named_is_escaped_as_ever():
    part = template("{{ name }}", "name=name")
    assert part.render(Context({"name": "<b>미나</b>"})) == "&lt;b&gt;미나&lt;/b&gt;"


def test_languages_and_prefixes_have_texts_of_their_own():
    part, seen = template('{% translate "Tags" %} {% url "blog:tags" %}'), {}
    for _again in range(2):
        for language in ("ko", "en"):
            for prefix in ("/", "/마당/"):
                with translation.override(language), override_script_prefix(prefix):
                    html = part.render(Context())
                assert seen.setdefault((language, prefix), html) == html
    assert len(set(seen.values())) == 4
    assert seen["en", "/"] == "Tags /tags/"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/explore/", "/explore/"),
        ("/explore/?a=1&b='x'", "/explore/?a=1&amp;b=&#x27;x&#x27;"),
        ('/a"><script>alert(1)</script>', "/a&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("/@미나/", "/@미나/"),
        (r"/\1\g<0>{{ user }}", r"/\1\g&lt;0&gt;{{ user }}"),
    ],
)
def test_the_address_of_the_page_is_put_in_each_time_and_escaped(path, shown):
    part = template('<input name="next" value="{{ request.get_full_path }}">')
    for asked, told in (("/before/", "/before/"), (path, shown), ("/after/", "/after/")):
        request = SimpleNamespace(get_full_path=lambda asked=asked: asked)
        html = part.render(Context({"request": request}))
        assert html == f'<input name="next" value="{told}">'
    assert kept.PATH_PLACE not in html


def test_a_page_without_a_request_has_no_address():
    part = template("[{{ request.get_full_path }}]")
    assert part.render(Context()) == "[]"
    assert part.render(Context({"request": None})) == "[]"


def test_so_many_texts_are_kept_and_then_the_oldest_goes(monkeypatch):
    monkeypatch.setattr(kept, "LOOKS_AT_MOST", 2)
    part, drawings = template("{{ it.draw }}", "it=it"), [Drawing() for _each in range(3)]
    for place in (0, 1, 0, 1, 2, 1, 2, 0):
        part.render(Context({"it": drawings[place]}))
    assert [one.number for one in drawings] == [2, 1, 1]


def test_each_page_has_the_token_of_its_own_visitor_in_a_form_that_is_drawn_once():
    part = template("<form>{% csrf_token %}</form>{{ it.draw }}", "it=it")
    one = Drawing()
    for token in ("a" * 64, "b" * 64):
        html = part.render(Context({"it": one, "csrf_token": token}))
        assert f'name="csrfmiddlewaretoken" value="{token}"' in html and html.endswith(">1")
    assert kept.TOKEN_PLACE not in html


def test_an_address_in_another_address_is_quoted():
    part = template('<a href="/in/?next={{ request.get_full_path|urlencode }}">')
    request = SimpleNamespace(get_full_path=lambda: "/tags/?a=1&b='x'<")
    shown = '<a href="/in/?next=/tags/%3Fa%3D1%26b%3D%27x%27%3C">'
    assert part.render(Context({"request": request})) == shown


def test_an_equal_text_that_is_markup_has_a_look_of_its_own():
    part = template("{{ text }}", "text=text")
    assert part.render(Context({"text": "<b>"})) == "&lt;b&gt;"
    assert part.render(Context({"text": SafeString("<b>")})) == "<b>"
    assert part.render(Context({"text": "<b>"})) == "&lt;b&gt;"


def test_each_zone_has_texts_of_its_own():
    part = template("{% load madang %}{% when_exact at %}", "at=at")
    at = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
    seen = {}
    for _again in range(2):
        for zone in ("Asia/Seoul", "America/New_York"):
            with timezone.override(zone):
                html = part.render(Context({"at": at}))
            assert seen.setdefault(zone, html) == html
    assert len(set(seen.values())) == 2


@pytest.mark.parametrize("value", [User(handle="minah"), SimpleLazyObject(lambda: 1)])
def test_what_equals_another_look_of_itself_is_refused(value):
    with pytest.raises(TypeError, match="plain values"):
        template("{{ it }}", "it=it").render(Context({"it": value}))


def test_while_developing_it_is_drawn_each_time(settings):
    settings.DEBUG = True
    part, one = template("{{ it.draw }}", "it=it"), Drawing()
    assert [part.render(Context({"it": one})) for _again in range(2)] == ["1", "2"]


# The parts of our pages -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_footer_leads_back_to_its_own_page_in_its_own_theme(client):
    for _again in range(2):
        for path in ("/explore/", "/explore/?kind=note&x='y'", "/tags/", "/trending/"):
            html = client.get(path).content.decode()
            asked = client.get(path).wsgi_request.get_full_path()
            told = {
                found.replace("&amp;", "&").replace("&#x27;", "'") for found in NEXT.findall(html)
            }
            assert told == {asked}
    footers = {}
    for theme in ("system", "light", "dark"):
        html = render_to_string("components/site_footer.html", {"theme": theme})
        footers[theme] = html
        assert re.findall(r'value="(\w+)" title="[^"]*" aria-pressed="true"', html) == [theme]
        assert set(NEXT.findall(html)) == {""}
    assert len(set(footers.values())) == 3


def test_the_help_for_members_is_not_the_one_for_visitors():
    def words(user) -> str:
        return render_to_string("components/script_words.html", {"user": user, "has_search": True})

    for _again in range(2):
        assert "<kbd>d</kbd>" in words(SimpleNamespace(is_authenticated=True))
        assert "<kbd>d</kbd>" not in words(AnonymousUser())
        assert "<kbd>d</kbd>" not in render_to_string("components/script_words.html")

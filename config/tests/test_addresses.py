"""Addresses are built once, and are those that Django builds."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.test.utils import override_script_prefix, override_settings
from django.urls import NoReverseMatch, include, path, reverse
from django.views.generic import View

from config.addresses import address_of


def part(app: str) -> tuple[list, str]:
    return [path("<value>/", View.as_view(), name="one")], app


urlpatterns = [
    path("", View.as_view(), name="home"),
    path("other/", View.as_view(), name="other"),
    path("first/", include(part("desk"), namespace="first")),
    path("second/", include(part("desk"), namespace="second")),
]


def drawn(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


@pytest.mark.parametrize(
    ("view", "args"),
    [
        ("home", ()),
        ("accounts:profile", ("미나",)),
        ("blog:post", ("minah", "봄-정원에서")),
        ("accounts:avatar", ("g0123456789abcdef", 64)),
        ("blog:tag", ("c++",)),
    ],
)
def test_it_is_what_django_builds(view, args):
    for _again in range(2):
        assert address_of(view, *args) == reverse(view, args=args)


def test_a_site_under_a_path_has_addresses_of_its_own():
    assert address_of("home") == "/"
    with override_script_prefix("/마당/"):
        assert address_of("home") == reverse("home") != "/"
    assert address_of("home") == "/"


def test_other_addresses_of_the_whole_site_are_seen():
    assert address_of("explore") == "/explore/"
    with override_settings(ROOT_URLCONF=__name__):
        assert address_of("other") == "/other/"
        with pytest.raises(NoReverseMatch):
            address_of("explore")
    with pytest.raises(NoReverseMatch):
        address_of("other")


def test_arguments_that_are_equal_but_written_otherwise_are_told_apart():
    with override_settings(ROOT_URLCONF=__name__):
        assert [address_of("first:one", value) for value in (1, True, "1", 1.0)] == [
            "/first/1/",
            "/first/True/",
            "/first/1/",
            "/first/1.0/",
        ]


def test_the_tag_builds_by_order_and_by_name_and_into_a_name():
    for _again in range(2):
        assert drawn('{% url "accounts:profile" who %}', who="minah") == "/@minah/"
        assert drawn('{% url "accounts:profile" handle=who %}', who="minah") == "/@minah/"
        assert drawn('{% url "home" as here %}[{{ here }}]') == "[/]"
        assert drawn('{% url "nowhere" as here %}[{{ here }}]') == "[]"
        with pytest.raises(NoReverseMatch):
            drawn('{% url "nowhere" %}')
    with pytest.raises(TemplateSyntaxError):
        Template("{% url %}")


def test_what_is_in_an_address_is_escaped():
    tag = '{% url "blog:tag" name %}'
    for name in ("a'b&c", '"><script>'):
        assert drawn(tag, name=name) == drawn("{{ url }}", url=reverse("blog:tag", args=[name]))
        html = drawn("{% autoescape off %}" + tag + "{% endautoescape %}", name=name)
        assert html == reverse("blog:tag", args=[name])


def test_the_namespace_of_the_page_is_looked_into_first():
    with override_settings(ROOT_URLCONF=__name__):
        for _again in range(2):
            for name in ("first", "second"):
                request = RequestFactory().get("/")
                request.current_app = name
                context = Context()
                context.request = request
                page = Template('{% url "desk:one" 1 %}').render(context)
                assert page == f"/{name}/1/"

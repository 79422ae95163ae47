"""What only programs fill in is seen by nobody, on every page that has it."""

import pytest
from django.conf import settings

from accounts.tests.factories import make_person
from blog.tests.factories import make_article
from blog.tests.talk.factories import allow_guests
from config.tests.world import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (360, 1280)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_field_for_programs_stands_outside_of_every_page(
    chromium_browser, live_server, has_scripts
):
    minah = make_person("minah", "미나")
    post = make_article(minah)
    allow_guests()
    context = chromium_browser.new_context(
        base_url=live_server.url, locale="ko-KR", java_script_enabled=has_scripts
    )
    pages = ["/auth/signup/", f"/posts/{post.pk}/comments/", "/takedown/"]
    looked_at(context, pages)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": signed_in(minah), "url": live_server.url}])
    looked_at(context, ["/", post.get_absolute_url()])
    context.close()


def looked_at(context, paths: list[str]) -> None:
    page = context.new_page()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for path in paths:
            page.goto(path)
            places = page.locator("[name=homepage]").all()
            assert places, f"{path} has no such field"
            for place in places:
                box = place.bounding_box()
                assert box is None or box["x"] + box["width"] <= 0, (path, width, box)
    page.close()

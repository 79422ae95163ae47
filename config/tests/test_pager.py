"""The ways through a list that grows, as they stand in the page."""

import re

import pytest

from blog.tests.factories import make_article, make_note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_kept_pages")]


def pager_of(html: str) -> str:
    found = re.findall(r'<nav class="pager".*?</nav>', html, re.DOTALL)
    assert len(found) == 1
    return found[0]


def ways(pager: str) -> dict[str, str | None]:
    """Return {word: address, or None where it is no link} in the order of the page."""
    told = {}
    for link, address, plain in re.findall(
        r'<a class="pager__link" href="([^"]*)"[^>]*>(.*?)</a>|<span class="pager__link pager__link--absent">(.*?)</span>',
        pager,
        re.DOTALL,
    ):
        word = re.sub(r"<svg.*?</svg>", "", address or plain, flags=re.DOTALL).strip()
        told[word] = link.replace("&amp;", "&") if address else None
    return told


@pytest.mark.behaviour("UX-09")
def test_every_way_stands_there_and_an_absent_one_is_no_link(client, minah, settings):
    settings.POSTS_PER_PAGE = 2
    for number in range(7):
        make_article(minah, f"골목 {number}")
    pages, path = [], "/explore/"
    while path:
        pager = pager_of(client.get(path, headers={"Accept-Language": "en"}).content.decode())
        pages.append(ways(pager))
        older = pages[-1]["Older"]
        path = f"/explore/{older}" if older else None
    assert [list(page) for page in pages] == [["First", "Newer", "Older", "Last"]] * 4
    assert [word for word, address in pages[0].items() if address] == ["Older", "Last"]
    assert all(pages[1].values()) and all(pages[2].values())
    assert [word for word, address in pages[3].items() if address] == ["First", "Newer"]


@pytest.mark.behaviour("UX-09")
@pytest.mark.parametrize(("language", "name"), [("ko", "쪽"), ("en", "Pages")])
def test_it_has_a_name_and_its_arrows_are_for_the_eye_alone(
    client, minah, settings, language, name
):
    settings.POSTS_PER_PAGE = 2
    for number in range(3):
        make_article(minah, f"바다 {number}")
    pager = pager_of(
        client.get("/explore/", headers={"Accept-Language": language}).content.decode()
    )
    label = re.search(r'aria-label="([^"]+)"', pager)[1]
    assert label and (language == "ko" or label == name)
    arrows = re.findall(r"<svg[^>]*>", pager)
    assert len(arrows) == 4
    assert all('aria-hidden="true"' in arrow for arrow in arrows)


@pytest.mark.behaviour("UX-09")
def test_filters_and_the_handle_stay_on_the_way(client, minah, junho, settings):
    settings.POSTS_PER_PAGE = 2
    for number in range(3):
        make_note(minah, f"짧은 글 {number}")
        make_note(junho, f"다른 글 {number}")
        make_article(minah, f"긴 글 {number}")
    older = ways(
        pager_of(
            client.get("/explore/?kind=note", headers={"Accept-Language": "en"}).content.decode()
        )
    )["Older"]
    assert "kind=note" in older and "cursor=" in older
    cards = client.get(f"/explore/{older}").context["cards"]
    assert cards and all(card.kind == "note" for card in cards)
    html = client.get("/@minah/notes/", headers={"Accept-Language": "en"}).content.decode()
    older = ways(pager_of(html))["Older"]
    # It begins with the question mark: the browser keeps the path, and with it the handle.
    assert older.startswith("?cursor=")
    again = client.get(f"/@minah/notes/{older}")
    assert (again.context["person"].handle, len(again.context["cards"])) == ("minah", 1)

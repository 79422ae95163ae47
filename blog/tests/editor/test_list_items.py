"""Enter within a list."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

ITEMS = [
    ("- 하나", "- 하나\n- "),
    ("* 하나", "* 하나\n* "),
    ("  - 안쪽", "  - 안쪽\n  - "),
    ("9. 아홉", "9. 아홉\n10. "),
    ("1) 하나", "1) 하나\n2) "),
    ("- [x] 한 일", "- [x] 한 일\n- [ ] "),
    ("> - 따온 것", "> - 따온 것\n> - "),
    ("그냥 글", "그냥 글\n"),
    ("-이음표", "-이음표\n"),
    ("```\n- 코드", "```\n- 코드\n"),
    ("- 하나\n- ", "- 하나\n"),
    ("1. 하나\n2. ", "1. 하나\n"),
]


@pytest.mark.behaviour("UX-22")
def test_enter_goes_on_with_a_list_and_ends_it_in_an_empty_item(tab, field):
    for before, after in ITEMS:
        field.fill(before)
        field.press("Control+End")
        field.press("Enter")
        expect(field).to_have_value(after)
        if after != f"{before}\n":
            field.press("Control+z")
            expect(field).to_have_value(before)
    field.fill("- 하나둘")
    field.evaluate("field => field.setSelectionRange(4, 4)")
    field.press("Enter")
    expect(field).to_have_value("- 하나\n- 둘")
    field.fill("- 하나")
    field.press("Shift+Enter")
    expect(field).to_have_value("- 하나\n")


@pytest.mark.behaviour("BL-09", "UX-22")
def test_enter_never_acts_on_a_syllable_under_way(field, typist):
    typist.commit("- ")
    typist.compose("ㅎ", "하", "한")
    typist.press_while_composing("Enter", "Enter")
    assert field.input_value() == "- 한"
    assert typist.is_composing()
    typist.commit("한")
    field.press("Enter")
    expect(field).to_have_value("- 한\n- ")

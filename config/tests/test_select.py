"""Our template of choices says what Django's own says."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.test.html import parse_html

CHOICES = [
    ("", "아무 때나"),
    (7, "<b>지난 1주</b>"),
    ("서울", [("Asia/Seoul", "서울 & 부산"), ("'\"", "따옴표")]),
]


class Described(forms.Select):
    """Choices with attributes of their own."""

    def create_option(self, name, value, *args, **options):
        option = super().create_option(name, value, *args, **options)
        option["attrs"] |= {"title": f"<{value}>", "data-note": "", "disabled": value == 7}
        return option


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.Select(choices=CHOICES), "Asia/Seoul"),
        (forms.Select({"required": True, "hidden": False, "class": "a b"}, CHOICES), None),
        (Described(choices=CHOICES), "7"),
        (forms.SelectMultiple(choices=CHOICES), ["7", "'\""]),
        (forms.NullBooleanSelect(), True),
    ],
    ids=["groups", "attributes", "described", "many", "yes or no"],
)
def test_a_choice_is_that_of_django(widget, value):
    ours = widget.render("period", value, {"id": "id_period"}, renderer=TemplatesSetting())
    theirs = widget.render("period", value, {"id": "id_period"}, renderer=DjangoTemplates())
    assert parse_html(ours) == parse_html(theirs)

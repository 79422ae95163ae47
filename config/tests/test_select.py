"""Our template of choices says what Django's own says."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.test.html import parse_html

CHOICES = [
    ("", "아무 때나"),
    (7, "<지난 1주>"),
    ("서울", [("Asia/Seoul", "서울 & 부산"), ("'\"", "따옴표")]),
]


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.Select(choices=CHOICES), "Asia/Seoul"),
        (forms.Select(attrs={"required": True, "hidden": False, "class": "a b"}), None),
        (forms.SelectMultiple(choices=CHOICES), ["7", "'\""]),
        (forms.NullBooleanSelect(), True),
    ],
    ids=["groups", "attributes", "many", "yes or no"],
)
def test_a_choice_is_that_of_django(widget, value):
    ours = widget.render("period", value, {"id": "id_period"}, renderer=TemplatesSetting())
    theirs = widget.render("period", value, {"id": "id_period"}, renderer=DjangoTemplates())
    assert parse_html(ours) == parse_html(theirs)

"""``manage.py recount``: every stored number is what is there, or is set right and named."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import F, IntegerField

from blog import tasks
from blog.demo.load import load_demo
from config.care import recounting
from config.tests.sources import APPS

NOT_COUNTED_ANEW = {
    "search.documenta.like_count": "copied by a trigger; search_check compares it",
    "search.documentb.like_count": "copied by a trigger; search_check compares it",
    "search.documenta.token_count": "of the text, counted when it is indexed",
    "search.documentb.token_count": "of the text, counted when it is indexed",
    "search.queryday.empty_count": "searches leave no row of their own",
    "blog.image.byte_count": "the size of its files",
    "moderation.learnedwords.spam_count": "learned anew from texts each night",
    "moderation.learnedwords.good_count": "learned anew from texts each night",
}


@pytest.fixture
def site(db):
    """The demo: people who follow, talk, like and write to each other."""
    for _step in load_demo():
        pass


def model_of(name: str):
    app, model, _column = name.split(".")
    return apps.get_model(app, model)


def spoil(name: str) -> int:
    """Put a number off in up to three rows; return in how many."""
    model, column = model_of(name), name.rpartition(".")[2]
    keys = list(model.objects.order_by("pk").values_list("pk", flat=True)[:3])
    return model.objects.filter(pk__in=keys).update(**{column: F(column) + 3})


def test_every_stored_count_is_counted_anew_or_says_why_not():
    found = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for field in model._meta.concrete_fields
        if isinstance(field, IntegerField) and field.name.endswith("_count")
    }
    missing = found - set(recounting.counter_names()) - NOT_COUNTED_ANEW.keys()
    assert not missing, f"Register them in <app>/counters.py: {sorted(missing)}"
    assert not NOT_COUNTED_ANEW.keys() - found


@pytest.mark.behaviour("OP-30", "X-08")
def test_every_number_of_a_lively_site_that_is_off_is_found_named_and_set_right(site):
    assert list(recounting.find_off()) == []
    for name in recounting.counter_names():
        number = spoil(name)
        if name.startswith(("embed.", "moderation.")):
            continue  # the demo of posts has none; their apps' tests try them
        assert number, f"the demo has no row for {name}"
        # Inboxes add up what conversations say: those are off then, too.
        assert name in {off.counter for off in recounting.find_off()}
        repaired = list(recounting.recount())
        assert name in {off.counter for off in repaired}
        assert list(recounting.find_off()) == []


@pytest.mark.behaviour("OP-30")
def test_a_dry_run_says_what_is_off_and_changes_nothing(site):
    spoil("blog.post.like_count")
    before = list(recounting.find_off())
    out = io.StringIO()
    call_command("recount", "--dry-run", stdout=out)
    assert list(recounting.find_off()) == before
    assert all(str(off) in out.getvalue() for off in before)
    out = io.StringIO()
    call_command("recount", stdout=out)
    assert f"{len(before)} numbers were set right" in out.getvalue()
    assert list(recounting.find_off()) == []


@pytest.mark.behaviour("OP-30", "OP-18")
def test_the_work_of_the_night_counts_the_same_columns(site):
    for name in ("blog.tag.post_count", "accounts.user.follower_count"):
        spoil(name)
    tasks.repair_counts()
    assert list(recounting.find_off()) == []

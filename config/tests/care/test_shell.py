"""``manage.py shell``: whoever operates a site has everything at hand."""

import subprocess
import sys

import pytest
from django.apps import apps

from config.env import ROOT
from config.management.commands.shell import OURS, Command
from config.tests.sources import APPS


@pytest.fixture(scope="module")
def namespace() -> dict:
    return Command().get_namespace(verbosity=0)


@pytest.mark.behaviour("OP-10")
def test_every_model_is_there_and_none_hides_another(namespace):
    assert OURS == APPS
    for model in apps.get_models():
        name = model.__name__
        found = {namespace.get(name), namespace.get(f"{model._meta.app_label}_{name}")}
        assert model in found, model
        if model._meta.app_label in APPS:
            assert namespace[name] is model, f"{name} is hidden by {namespace[name]}"


@pytest.mark.behaviour("OP-10")
def test_actions_and_what_is_asked_most_are_there(namespace):
    from blog import actions
    from config.selectors import site_settings
    from search.selectors import search

    assert namespace["blog_actions"] is actions
    assert namespace["site_settings"] is site_settings
    assert namespace["search"] is search
    assert {"Q", "F", "Count", "timezone"} <= set(namespace)


@pytest.mark.behaviour("OP-10")
def test_a_line_of_python_runs_with_them(tmp_path, empty_database):
    from config.tests.care.own_site import sqlite_site

    site = sqlite_site(tmp_path, empty_database)
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", "print(Post.objects.count(), Q(pk=1))"],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "0 (AND: ('pk', 1))", done.stderr

"""Mail domains, networks and link domains that are kept away, with a note and an end (AD-10)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import request_address_change, sign_up
from accounts.exceptions import SourceBlocked
from accounts.models import User
from blog.tests.factories import make_person
from config.screening import Arrival, arriving
from moderation.actions import block_source, unblock_source
from moderation.exceptions import NotAModerator, SourceRefused
from moderation.models import BlockedSource, LogEntry
from moderation.tests.factories import make_editor

pytestmark = pytest.mark.django_db


def come(email="junho@mail.example", network="198.51.100.7"):
    with arriving(Arrival("page", network, 30)):
        return sign_up(handle="junho", email=email, password="김밥은 맛있다 8")


@pytest.mark.behaviour("AD-10")
def test_nobody_signs_up_with_an_address_of_a_blocked_domain_or_below_it(sora):
    block_source("mail", "@Trash.example", actor=sora, note="일회용 주소")
    for email in ("junho@trash.example", "junho@a.trash.example"):
        with pytest.raises(SourceBlocked):
            come(email)
    assert come("junho@nottrash.example").pk


@pytest.mark.behaviour("AD-10")
def test_nobody_signs_up_from_a_blocked_network(sora):
    source = block_source("network", "198.51.100.0/24", actor=sora, note="공격")
    with pytest.raises(SourceBlocked):
        come()
    assert come(network="198.51.101.7").pk
    unblock_source(source, actor=sora)
    assert list(LogEntry.objects.values_list("act", flat=True)) == [
        "unblock_source",
        "block_source",
    ]


def test_an_address_of_a_blocked_domain_cannot_be_taken_later(sora):
    block_source("mail", "trash.example", actor=sora, note="일회용 주소")
    with pytest.raises(SourceBlocked):
        request_address_change(make_person("minah"), "minah@trash.example")


@pytest.mark.behaviour("AD-10")
def test_a_block_ends_when_it_was_to_end(sora):
    until = timezone.now() + timedelta(days=1)
    source = block_source("mail", "trash.example", actor=sora, note="하루만", until=until)
    BlockedSource.objects.filter(pk=source.pk).update(until=timezone.now())
    assert come("junho@trash.example").pk


@pytest.mark.parametrize(
    ("kind", "value", "note"),
    [
        ("mail", "trash", "까닭"),
        ("mail", "trash.example", " "),
        ("network", "0.0.0.0/0", "까닭"),
        ("network", "::/0", "까닭"),
        ("network", "somewhere", "까닭"),
        ("link", "https://", "까닭"),
        ("person", "junho", "까닭"),
    ],
)
def test_what_is_no_source_or_has_no_note_is_refused(sora, kind, value, note):
    with pytest.raises(SourceRefused):
        block_source(kind, value, actor=sora, note=note)


def test_only_moderators_block(sora):
    for person in (make_person("taeo"), make_editor()):
        with pytest.raises(NotAModerator):
            block_source("mail", "trash.example", actor=person, note="까닭")


def test_the_form_of_signing_up_says_what_is_wrong(client, sora):
    block_source("mail", "trash.example", actor=sora, note="일회용 주소")
    block_source("network", "127.0.0.0/8", actor=sora, note="시험")
    sent = {
        "username": "junho",
        "email": "junho@trash.example",
        "password1": "김밥은 맛있다 8",
        "password2": "김밥은 맛있다 8",
    }
    page = client.post(reverse("account_signup"), sent)
    assert page.status_code in {200, 422}
    assert page.context["form"].errors["email"]
    page = client.post(reverse("account_signup"), sent | {"email": "junho@mail.example"})
    assert page.context["form"].non_field_errors()
    assert not User.objects.filter(handle="junho").exists()


def test_the_page_of_blocks_works_for_moderators_alone(client, sora):
    add = reverse("admin:moderation_blockedsource_add")
    client.force_login(make_editor())
    assert client.get(add).status_code == 403
    client.force_login(sora)
    sent = {
        "kind": "mail",
        "value": "Trash.example",
        "note": "일회용",
        "until_0": "",
        "until_1": "",
    }
    assert client.post(add, sent).status_code == 302
    source = BlockedSource.objects.get()
    assert (source.value, source.made_by) == ("trash.example", sora)
    assert client.get(reverse("admin:moderation_blockedsource_changelist")).status_code == 200
    delete = reverse("admin:moderation_blockedsource_delete", args=[source.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert not BlockedSource.objects.exists()
    assert LogEntry.objects.count() == 2

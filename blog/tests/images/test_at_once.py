"""Two who do something with the same picture at the same moment."""

import threading

import pytest
from django.db import connection, transaction

from accounts.tests.factories import make_person
from blog import actions
from blog.models import Draft, Image, Post
from blog.tests.factories import make_article
from blog.tests.images.pictures import png
from config.exceptions import Gone

ROUNDS_WAITED = 100_000
"""Questions, not seconds: far more than the other thread needs to come to its lock."""


def wait_until_somebody_waits_for_us() -> None:
    with connection.cursor() as cursor:
        for _round in range(ROUNDS_WAITED):
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody came to wait")


@pytest.mark.django_db(transaction=True)
def test_saving_a_text_with_a_picture_that_is_being_deleted_does_not_deadlock():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all")
    minah = make_person("minah", "미나")
    image = actions.store_image(png(), actor=minah)
    post = make_article(minah, cover=image)
    failed = []

    def delete() -> None:
        try:
            actions.delete_image(image, actor=minah)
        except Exception as error:  # a thread's exception would be lost
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=delete)
    with transaction.atomic():
        Post.objects.select_for_update().get(pk=post.pk)
        thread.start()
        wait_until_somebody_waits_for_us()
        source = f"![]({image.get_absolute_url()})"
        actions.save_draft(post, actor=minah, changes={"source": source})
    thread.join()
    assert not failed
    assert image.key in Draft.objects.get(post=post).source
    assert not Image.objects.exists()


@pytest.mark.django_db
def test_deleting_what_is_deleted_already_is_quiet(minah):
    image = actions.store_image(png(), actor=minah)
    again = Image.objects.get(pk=image.pk)
    actions.delete_image(image, actor=minah)
    actions.delete_image(again, actor=minah)
    with pytest.raises(Gone):
        actions.describe_image(again, actor=minah, alt="늦은 설명")


@pytest.mark.django_db
def test_a_picture_that_is_deleted_while_it_is_sent_again_is_stored_anew(minah):
    first = actions.store_image(png(), actor=minah)
    done = []

    def deletes_what_was_found(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not done and sql.startswith("SELECT") and "content_hash" in sql.partition("WHERE")[2]:
            done.append(True)
            first_rows = Image.objects.filter(pk=first.pk)
            first_rows._raw_delete(first_rows.db)
        return result

    with connection.execute_wrapper(deletes_what_was_found):
        again = actions.store_image(png(), actor=minah, alt="초록")
    assert done
    assert again.key != first.key
    assert Image.objects.get().key == again.key

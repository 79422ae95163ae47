"""Filling the tables of a throw-away site with the posts of a corpus, and its index with their words."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from tools.bench_search.corpus import FIRST_DAY, PEOPLE, TAGS, Corpus, Written

AT_ONCE = 2_000
SLOT = "a"
FOLLOWED = 200


def fill(corpus: Corpus, *, has_posts: bool, say: Callable[[str], None]) -> dict[str, float]:
    """Fill the site of the default database; return seconds and bytes of what was made."""
    from django.db import connection, transaction

    from search import schema
    from search.engines import get_engine
    from search.generations import document_model, term_model
    from search.models import Generation, Waiting

    figures: dict[str, float] = {}
    schema.remove()
    with transaction.atomic():
        add_people_and_tags()
    began, texts = time.monotonic(), 0
    documents = document_model(SLOT)
    with loaded_quickly(connection, documents._meta.db_table):
        for batch in corpus.batches(AT_ONCE):
            with transaction.atomic():
                if has_posts:
                    add_posts(batch)
                documents.objects.bulk_create(
                    [entry(documents, one) for one in batch], batch_size=AT_ONCE
                )
            texts += sum(
                len(one.text.encode()) + len(" ".join(one.title).encode()) for one in batch
            )
    figures["seconds_load"] = time.monotonic() - began
    say(f"{corpus.size:,} entries in {figures['seconds_load']:.0f} s")
    began = time.monotonic()
    schema.install()
    Waiting.objects.all().delete()
    terms = term_model(SLOT)
    for rows in _chunks(words(corpus, terms)):
        with transaction.atomic():
            terms.objects.bulk_create(rows)
    with transaction.atomic():
        documents.objects.bulk_create(list(entries_of_names(documents)))
    Generation.objects.create(slot=SLOT, state=Generation.State.LIVE, engine=get_engine().name)
    engine = get_engine()
    if engine.versions(SLOT, "post", [1]) is not None:
        engine.clear(SLOT)
        for rows in _chunks(documents.objects.order_by("pk").iterator(AT_ONCE), 500):
            engine.write(SLOT, rows)
    engine.finish(SLOT)
    figures["seconds_words"] = time.monotonic() - began
    analyse(connection)
    figures["bytes_text"] = texts
    figures["terms"] = terms.objects.count()
    figures |= sizes(connection)
    say(f"words and indexes in {figures['seconds_words']:.0f} s")
    return figures


def analyse(connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


@contextmanager
def loaded_quickly(connection, table: str) -> Iterator[None]:
    """Leave out indexes and full-text triggers of ``table``; ``schema.install`` makes the latter."""
    if connection.vendor == "postgresql":
        with _without_indexes(connection, table):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
    yield


@contextmanager
def _without_indexes(connection, table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(
            "SELECT indexname, indexdef, obj_description(indexname::regclass, 'pg_class')"
            " FROM pg_indexes WHERE tablename = %s AND indexdef NOT LIKE '%% UNIQUE %%'",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _sql, _mark in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, sql, mark in indexes:
            if not mark:  # else ``schema.install`` makes it
                cursor.execute(sql)


# Rows ---------------------------------------------------------------------------------------------


def add_people_and_tags() -> None:
    from django.utils import timezone

    from accounts.models import User
    from blog.models import Tag
    from social.models import Block, Follow

    User.objects.bulk_create(
        User(
            id=pk,
            handle=f"p{pk}",
            handle_key=f"p{pk}",
            display_name=f"사람 {pk}",
            state="suspended" if pk % 97 == 0 else "active",
            joined_at=timezone.now(),
        )
        for pk in range(1, PEOPLE + 2)
    )
    # The last one is the member who searches.
    reader = PEOPLE + 1
    Follow.objects.bulk_create(
        Follow(follower_id=reader, followed_id=1 + pk * 9) for pk in range(FOLLOWED)
    )
    Block.objects.bulk_create(Block(blocker_id=reader, blocked_id=2 + pk * 9) for pk in range(5))
    Tag.objects.bulk_create(
        Tag(id=pk + 1, name=f"꼬리표{pk}", key=f"꼬리표{pk}", post_count=9) for pk in range(TAGS)
    )


def add_posts(batch: list[Written]) -> None:
    from blog.models import Post

    Post.objects.bulk_create(
        Post(
            id=one.number,
            author_id=one.author,
            kind="article",
            status="published",
            visibility=one.visibility,
            title=" ".join(one.title),
            slug=f"post-{one.number}",
            source=one.text,
            html=f"<p>{one.text}</p>",
            summary=one.text[:150],
            language="ko",
            guid=uuid.UUID(int=one.number),
            published_at=one.published_at,
            created_at=one.published_at,
            updated_at=one.published_at,
            like_count=one.likes,
        )
        for one in batch
    )


def entry(model, one: Written):
    from search.hangul import to_jamo
    from search.plan import exact_token

    title = " ".join(one.title)
    marked = " ".join(f"^{word}" for word in dict.fromkeys(one.title))
    tag, handle = f"꼬리표{one.tag}", f"p{one.author}"
    return model(
        kind="post",
        object_id=one.number,
        analyzer="bench",
        digest="",
        visibility=one.visibility,
        author_id=one.author,
        language="ko",
        form="article",
        published_at=one.published_at,
        like_count=one.likes,
        title_tokens=f"{title} {marked}",
        body_tokens=" ".join(one.body),
        tag_tokens=f"{tag} {exact_token('#', tag)}",
        author_tokens=f"사람 {one.author} {handle} {exact_token('@', handle)}",
        token_count=len(one.body) + 2 * len(one.title),
        title_jamo=to_jamo(title)[:200],
        is_counted=one.visibility == "public",
    )


def entries_of_names(model) -> Iterator:
    from search.hangul import to_jamo
    from search.plan import exact_token

    for pk in range(1, PEOPLE + 1):
        yield model(
            kind="person",
            object_id=pk,
            analyzer="bench",
            title_tokens=f"사람 {pk} ^사람 ^{pk}",
            author_tokens=exact_token("@", f"p{pk}"),
            title_jamo=to_jamo(f"사람 {pk}"),
            key=f"p{pk}",
            published_at=FIRST_DAY,
            is_counted=True,
        )
    for pk in range(TAGS):
        name = f"꼬리표{pk}"
        yield model(
            kind="tag",
            object_id=pk + 1,
            analyzer="bench",
            title_tokens=f"{name} ^{name}",
            tag_tokens=exact_token("#", name),
            title_jamo=to_jamo(name),
            key=name,
            published_at=FIRST_DAY,
            is_counted=True,
        )


def words(corpus: Corpus, model) -> Iterator:
    """Yield the vocabulary of ``corpus`` as its rows."""
    from search.hangul import choseong_of, to_jamo
    from search.vocabulary import ALL
    from search.vocabulary.grams import grams_of

    yield model(term=ALL, df=corpus.public, title_df=0, jamo="", choseong="", grams="")
    for place, word in enumerate(corpus.words):
        if df := int(corpus.df[place]):
            jamo = to_jamo(word)
            yield model(
                term=word,
                df=df,
                title_df=int(corpus.title_df[place]),
                jamo=jamo,
                choseong=choseong_of(word),
                grams=grams_of(jamo),
            )


def _chunks(rows: Iterable, size: int = AT_ONCE) -> Iterator[list]:
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


# Sizes --------------------------------------------------------------------------------------------


def sizes(connection) -> dict[str, float]:
    """Return the bytes of entries with all their indexes, of the full-text index, of the vocabulary."""
    from search.generations import document_model, term_model

    documents = document_model(SLOT)._meta.db_table
    terms = term_model(SLOT)._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_total_relation_size(%s), pg_total_relation_size(%s),"
                " pg_relation_size(%s)",
                [documents, terms, f"search_doc_{SLOT}_words"],
            )
            entries, vocabulary, words_index = cursor.fetchone()
        else:
            cursor.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name", [])
            pages = dict(cursor.fetchall())
            cursor.execute("SELECT name, tbl_name FROM sqlite_master", [])
            owner = dict(cursor.fetchall())

            def taken(*tables: str) -> float:
                return sum(size for name, size in pages.items() if owner.get(name) in tables)

            fts = [name for name in owner if name.startswith(f"search_fts_{SLOT}_")]
            words_index = taken(*fts)
            entries = taken(documents) + words_index
            grams = [name for name in owner if name.startswith(f"search_grams_{SLOT}_")]
            vocabulary = taken(terms, *grams)
    return {"bytes_entries": entries, "bytes_words": words_index, "bytes_terms": vocabulary}

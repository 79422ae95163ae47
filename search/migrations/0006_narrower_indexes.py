"""Indexes that grow at their end: theirs are fuller pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0005_shipped_synonyms"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="documenta",
            name="search_doc_a_newest",
        ),
        migrations.RemoveIndex(
            model_name="documenta",
            name="search_doc_a_by_author",
        ),
        migrations.RemoveIndex(
            model_name="documentb",
            name="search_doc_b_newest",
        ),
        migrations.RemoveIndex(
            model_name="documentb",
            name="search_doc_b_by_author",
        ),
        migrations.AddIndex(
            model_name="documenta",
            index=models.Index(
                fields=["kind", "published_at", "object_id"], name="search_doc_a_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="documenta",
            index=models.Index(fields=["kind", "author_id"], name="search_doc_a_by_author"),
        ),
        migrations.AddIndex(
            model_name="documentb",
            index=models.Index(
                fields=["kind", "published_at", "object_id"], name="search_doc_b_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="documentb",
            index=models.Index(fields=["kind", "author_id"], name="search_doc_b_by_author"),
        ),
    ]

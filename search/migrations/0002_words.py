"""Words get a number and their grams, and indexes that serve beginnings in every locale."""

from django.db import migrations, models


def words(slot: str) -> list[migrations.operations.base.Operation]:
    name = f"Term{slot.upper()}"
    return [
        migrations.DeleteModel(name=name),
        migrations.CreateModel(
            name=name,
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("term", models.CharField(max_length=40, unique=True)),
                ("df", models.IntegerField(default=0)),
                ("title_df", models.IntegerField(default=0)),
                ("is_joined", models.BooleanField(default=False)),
                ("jamo", models.CharField(max_length=200)),
                ("choseong", models.CharField(max_length=40)),
                ("grams", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "word",
                "verbose_name_plural": "words",
                "indexes": [
                    models.Index(
                        fields=[column],
                        opclasses=["varchar_pattern_ops"],
                        name=f"search_term_{slot}_{column}",
                    )
                    for column in ("jamo", "choseong")
                ],
            },
        ),
    ]


def beginnings(slot: str) -> list[migrations.operations.base.Operation]:
    model = f"document{slot}"
    changes = []
    for column, name in (
        ("title_jamo", f"search_doc_{slot}_title"),
        ("key", f"search_doc_{slot}_key"),
    ):
        index = models.Index(
            fields=["kind", column], opclasses=["varchar_pattern_ops"] * 2, name=name
        )
        changes += [
            migrations.RemoveIndex(model_name=model, name=name),
            migrations.AddIndex(model_name=model, index=index),
        ]
    return changes


class Migration(migrations.Migration):
    dependencies = [("search", "0001_index")]

    operations = [*words("a"), *words("b"), *beginnings("a"), *beginnings("b")]

"""What many people searched and found, to be offered while others type."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0003_outbox")]

    operations = [
        migrations.CreateModel(
            name="PopularQuery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("query", models.CharField(max_length=200, unique=True)),
                ("count", models.PositiveIntegerField(default=0)),
                ("jamo", models.CharField(max_length=1000)),
                ("choseong", models.CharField(max_length=400)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["jamo"],
                        opclasses=["varchar_pattern_ops"],
                        name="search_popular_jamo",
                    ),
                    models.Index(
                        fields=["choseong"],
                        opclasses=["varchar_pattern_ops"],
                        name="search_popular_choseong",
                    ),
                ],
            },
        ),
    ]

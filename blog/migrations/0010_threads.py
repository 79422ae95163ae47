"""Posts of a third kind: threads under pages of other sites."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("blog", "0009_public_dates"),
    ]

    operations = [
        migrations.AlterField(
            model_name="post",
            name="kind",
            field=models.CharField(
                choices=[
                    ("note", "note"),
                    ("article", "article"),
                    ("thread", "comments under a page elsewhere"),
                ],
                default="article",
                max_length=7,
                verbose_name="kind",
            ),
        ),
    ]

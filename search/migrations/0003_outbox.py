"""Two transactions that change one thing never wait for each other in the outbox."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_words")]

    operations = [
        migrations.RemoveConstraint(model_name="waiting", name="search_waiting_once"),
        migrations.AddIndex(
            model_name="waiting",
            index=models.Index(fields=["kind", "object_id"], name="search_waiting_thing"),
        ),
    ]

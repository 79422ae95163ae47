import django.utils.timezone
from django.db import migrations, models

import accounts.models.mails


def settle(apps, schema_editor):
    """Let wait what waits: until now its next try was a message of the queue."""
    rows = apps.get_model("accounts", "DelayedMail").objects
    rows.exclude(state="waiting").update(due_at=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_work"),
    ]

    operations = [
        migrations.AddField(
            model_name="delayedmail",
            name="due_at",
            field=models.DateTimeField(
                db_index=True, default=django.utils.timezone.now, editable=False, null=True
            ),
        ),
        migrations.AlterField(
            model_name="delayedmail",
            name="task_id",
            field=models.CharField(
                default=accounts.models.mails.new_task_id,
                editable=False,
                max_length=64,
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="delayedmail",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop, elidable=True),
    ]

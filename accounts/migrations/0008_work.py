import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_handle_looks"),
    ]

    operations = [
        migrations.CreateModel(
            name="DelayedMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task_id", models.CharField(editable=False, max_length=64, unique=True)),
                ("name", models.CharField(max_length=40, verbose_name="mail")),
                (
                    "data",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "tried again later"),
                            ("sent", "sent"),
                            ("failed", "given up"),
                        ],
                        db_index=True,
                        default="waiting",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=1, verbose_name="attempts")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="since"
                    ),
                ),
                (
                    "tried_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="last try"
                    ),
                ),
            ],
            options={
                "verbose_name": "delayed mail",
                "verbose_name_plural": "delayed mails",
            },
        ),
        migrations.AddField(
            model_name="job",
            name="trace",
            field=models.TextField(blank=True, editable=False, verbose_name="trace"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state", "failed")),
                fields=["-finished_at"],
                name="accounts_jobs_failed",
            ),
        ),
        migrations.AddField(
            model_name="delayedmail",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="delayed_mails",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
    ]

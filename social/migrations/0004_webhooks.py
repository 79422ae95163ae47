import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import social.webhooks


class Migration(migrations.Migration):
    dependencies = [
        ("social", "0003_notices_due"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                (
                    "description",
                    models.CharField(blank=True, max_length=800, verbose_name="description"),
                ),
                ("events", models.JSONField(default=list, verbose_name="events")),
                ("is_active", models.BooleanField(default=True, verbose_name="switched on")),
                (
                    "salt",
                    models.CharField(
                        default=social.webhooks.new_salt, editable=False, max_length=64
                    ),
                ),
                ("former_salt", models.CharField(blank=True, editable=False, max_length=64)),
                ("former_until", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
                (
                    "failing_since",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="failing since"
                    ),
                ),
                ("resting_until", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "disabled_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="switched off"
                    ),
                ),
                (
                    "disabled_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("gone", "The receiver answered that it is gone (410)."),
                            ("failing", "For five days nothing could be delivered."),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="why it was switched off",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhooks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "message_id",
                    models.CharField(
                        default=social.webhooks.new_message_id, editable=False, max_length=40
                    ),
                ),
                ("event", models.CharField(max_length=30, verbose_name="event")),
                ("body", models.TextField(editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting"),
                            ("delivered", "delivered"),
                            ("failed", "failed"),
                        ],
                        default="pending",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="attempts"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "next_attempt_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, null=True
                    ),
                ),
                (
                    "last_attempt_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last attempt"),
                ),
                (
                    "status_code",
                    models.PositiveSmallIntegerField(
                        editable=False, null=True, verbose_name="answer"
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("status", "The receiver did not answer with success."),
                            (
                                "redirect",
                                "The receiver sent us elsewhere; redirects are not followed.",
                            ),
                            ("timeout", "The receiver took longer than 10 seconds."),
                            ("unreachable", "The receiver cannot be reached."),
                            ("unknown_name", "The name of the receiver does not exist."),
                            ("not_public", "The address leads into a private network."),
                            ("refused", "The address cannot be used."),
                            ("off", "The webhook was switched off."),
                        ],
                        editable=False,
                        max_length=20,
                    ),
                ),
                ("answer", models.CharField(blank=True, editable=False, max_length=500)),
                ("duration_ms", models.PositiveIntegerField(editable=False, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="social.webhook",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery of a webhook",
                "verbose_name_plural": "deliveries of webhooks",
            },
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(fields=("owner", "url"), name="social_webhook_once"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["next_attempt_at"],
                name="social_deliveries_due",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                fields=["webhook", "-created_at", "-id"], name="social_deliveries_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.UniqueConstraint(
                fields=("webhook", "message_id"), name="social_webhook_message_once"
            ),
        ),
    ]

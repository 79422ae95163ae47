from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Find what waits to be mailed also where a mail has left before."""

    dependencies = [
        ("social", "0002_people_together"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="notification", name="social_notices_to_mail"),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("mail_due_at__isnull", False)),
                fields=["mail_due_at"],
                name="social_notices_due",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("embed", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="embedsite",
            name="is_paused",
            field=models.BooleanField(default=False, verbose_name="paused by staff"),
        ),
    ]

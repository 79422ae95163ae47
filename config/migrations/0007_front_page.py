from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0006_staff_second_factor"),
    ]

    operations = [
        migrations.AddField(
            model_name="sitesettings",
            name="card_image",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="front_page",
            field=models.CharField(
                blank=True, default="", max_length=80, verbose_name="front page for visitors"
            ),
        ),
    ]

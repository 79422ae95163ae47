from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_together"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="left_as",
            field=models.CharField(blank=True, editable=False, max_length=10),
        ),
    ]

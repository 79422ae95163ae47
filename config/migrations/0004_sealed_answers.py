from django.db import migrations, models


def forget(apps, schema_editor):
    """Forget what was kept openly; a key that comes again is new."""
    apps.get_model("config", "StoredAnswer").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("config", "0003_stored_answers")]

    operations = [
        migrations.RunPython(forget, forget),
        migrations.RemoveField(model_name="storedanswer", name="answer"),
        migrations.AlterField(
            model_name="storedanswer", name="key", field=models.CharField(max_length=64)
        ),
        migrations.AddField(
            model_name="storedanswer",
            name="sealed",
            field=models.TextField(default="", editable=False),
        ),
    ]

"""How handles look: whoever came first keeps the look, later look-alikes keep only their name."""

from django.db import migrations, models

from accounts.look_alikes import skeleton

ROWS_AT_ONCE = 1000


def look_at_all(apps, schema_editor):
    """Fill the columns; names of before are never taken away from anybody."""
    seen = set()
    for model in (apps.get_model("accounts", name) for name in ("User", "FormerHandle")):
        batch, rows = [], model.objects.order_by("pk").only("pk", "handle")
        for row in rows.iterator(chunk_size=ROWS_AT_ONCE):
            shape = skeleton(row.handle)
            if model.__name__ == "User" and shape in seen:
                continue
            seen.add(shape)
            row.handle_skeleton = shape
            batch.append(row)
        model.objects.bulk_update(batch, ["handle_skeleton"], batch_size=ROWS_AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_trust'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='handle_skeleton',
            field=models.CharField(blank=True, default='', editable=False, max_length=270),
        ),
        migrations.AddField(
            model_name='formerhandle',
            name='handle_skeleton',
            field=models.CharField(blank=True, db_index=True, default='', editable=False, max_length=270),
        ),
        migrations.RunPython(look_at_all, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('handle_skeleton', ''), _negated=True), fields=('handle_skeleton',), name='accounts_user_one_per_look'),
        ),
    ]

from django.db import migrations, models


def drop_dates_of_what_is_not_public(apps, schema_editor):
    """Leave a tag's date only where everybody may meet the post in the tag's list."""
    rows = apps.get_model("blog", "PostTag").objects.using(schema_editor.connection.alias)
    public = models.Q(post__status="published", post__visibility="public")
    rows.filter(published_at__isnull=False).exclude(public).update(published_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0008_timeline'),
    ]

    operations = [
        migrations.RunPython(drop_dates_of_what_is_not_public, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name='post',
            name='blog_post_by_series',
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(condition=models.Q(('series__isnull', False), ('status', 'published'), ('visibility', 'public')), fields=['series', '-published_at', '-id'], name='blog_post_by_series'),
        ),
    ]

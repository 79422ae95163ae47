"""Two slots of entries and of words, what waits for them, and what people search."""

import django.utils.timezone
from django.db import migrations, models


def entries(slot):
    return migrations.CreateModel(
        name=f'Document{slot.upper()}',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('kind', models.CharField(choices=[('post', 'post'), ('comment', 'comment'), ('person', 'person'), ('tag', 'tag'), ('series', 'series')], max_length=7)),
            ('object_id', models.BigIntegerField()),
            ('version', models.BigIntegerField(default=0)),
            ('analyzer', models.CharField(max_length=60)),
            ('digest', models.CharField(max_length=64)),
            ('status', models.CharField(default='published', max_length=9)),
            ('visibility', models.CharField(default='public', max_length=9)),
            ('author_id', models.BigIntegerField(null=True)),
            ('language', models.CharField(blank=True, max_length=10)),
            ('form', models.CharField(blank=True, max_length=7)),
            ('topic_id', models.BigIntegerField(null=True)),
            ('published_at', models.DateTimeField(null=True)),
            ('like_count', models.PositiveIntegerField(default=0)),
            ('title_tokens', models.TextField(blank=True)),
            ('body_tokens', models.TextField(blank=True)),
            ('tag_tokens', models.TextField(blank=True)),
            ('author_tokens', models.TextField(blank=True)),
            ('token_count', models.PositiveIntegerField(default=0)),
            ('title_jamo', models.CharField(blank=True, max_length=200)),
            ('key', models.CharField(blank=True, max_length=240)),
            ('is_counted', models.BooleanField(default=False)),
            ('indexed_at', models.DateTimeField(default=django.utils.timezone.now)),
        ],
        options={
            'verbose_name': 'index entry',
            'verbose_name_plural': 'index entries',
            'abstract': False,
            'indexes': [models.Index(fields=['kind', 'published_at', 'object_id'], name=f'search_document{slot}_newest'), models.Index(fields=['kind', 'author_id'], name=f'search_document{slot}_by_author'), models.Index(fields=['kind', 'title_jamo'], name=f'search_document{slot}_title', opclasses=['varchar_pattern_ops', 'varchar_pattern_ops']), models.Index(fields=['kind', 'key'], name=f'search_document{slot}_key', opclasses=['varchar_pattern_ops', 'varchar_pattern_ops'])],
            'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name=f'search_document{slot}_once')],
        },
    )


def words(slot):
    return migrations.CreateModel(
        name=f'Term{slot.upper()}',
        fields=[
            ('id', models.BigAutoField(primary_key=True, serialize=False)),
            ('term', models.CharField(max_length=40, unique=True)),
            ('df', models.IntegerField(default=0)),
            ('title_df', models.IntegerField(default=0)),
            ('is_joined', models.BooleanField(default=False)),
            ('jamo', models.CharField(max_length=200)),
            ('choseong', models.CharField(max_length=40)),
            ('grams', models.TextField(blank=True)),
        ],
        options={
            'verbose_name': 'word',
            'verbose_name_plural': 'words',
            'abstract': False,
            'indexes': [models.Index(fields=['jamo'], name=f'search_term{slot}_jamo', opclasses=['varchar_pattern_ops']), models.Index(fields=['choseong'], name=f'search_term{slot}_choseong', opclasses=['varchar_pattern_ops'])],
        },
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Synonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField(help_text='Separated by commas, such as 도커, docker.', verbose_name='words')),
                ('is_one_way', models.BooleanField(default=False, help_text='The first word also finds the others, but not the other way round.', verbose_name='one way')),
                ('is_shipped', models.BooleanField(default=False, editable=False)),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'words of one meaning',
                'verbose_name_plural': 'words of one meaning',
                'ordering': ['words'],
            },
        ),
        entries('a'),
        entries('b'),
        migrations.CreateModel(
            name='Generation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.CharField(choices=[('a', 'a'), ('b', 'b')], max_length=1, unique=True)),
                ('state', models.CharField(choices=[('building', 'being built'), ('live', 'answers searches'), ('old', 'kept aside')], max_length=8, verbose_name='state')),
                ('analyzer', models.CharField(blank=True, max_length=60, verbose_name='analyser')),
                ('engine', models.CharField(blank=True, max_length=20, verbose_name='engine')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='to index')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='indexed')),
                ('kind_reached', models.CharField(blank=True, max_length=7)),
                ('id_reached', models.BigIntegerField(default=0)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('moved_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last moved')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
            ],
            options={
                'verbose_name': 'search index',
                'verbose_name_plural': 'search indexes',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('live', 'building'))), fields=('state',), name='search_one_live_one_building')],
            },
        ),
        migrations.CreateModel(
            name='PopularQuery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('query', models.CharField(max_length=200, unique=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('jamo', models.CharField(max_length=1000)),
                ('choseong', models.CharField(max_length=400)),
            ],
            options={
                'indexes': [models.Index(fields=['jamo'], name='search_popular_jamo', opclasses=['varchar_pattern_ops']), models.Index(fields=['choseong'], name='search_popular_choseong', opclasses=['varchar_pattern_ops'])],
            },
        ),
        migrations.CreateModel(
            name='QueryDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('query', models.CharField(max_length=200, verbose_name='searched for')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='times')),
                ('empty_count', models.PositiveIntegerField(default=0, verbose_name='times without a hit')),
            ],
            options={
                'verbose_name': 'what was searched',
                'verbose_name_plural': 'what was searched',
                'indexes': [models.Index(fields=['query'], name='search_query_text')],
                'constraints': [models.UniqueConstraint(fields=('day', 'query'), name='search_query_once')],
            },
        ),
        words('a'),
        words('b'),
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=7)),
                ('object_id', models.BigIntegerField()),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='attempts')),
                ('not_before', models.DateTimeField(default=django.utils.timezone.now, verbose_name='not before')),
                ('error', models.TextField(blank=True, db_default='', default='', verbose_name='error')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
            ],
            options={
                'verbose_name': 'waiting to be indexed',
                'verbose_name_plural': 'waiting to be indexed',
                'indexes': [models.Index(fields=['not_before', 'id'], name='search_waiting_due'), models.Index(fields=['object_id', 'kind'], name='search_waiting_thing')],
            },
        ),
    ]

"""The words of one meaning that every site begins with; what staff change stays changed."""

from django.db import migrations

from search.synonyms import shipped_synonyms


def add_missing(apps, schema_editor) -> None:
    synonyms = apps.get_model("search", "Synonym")._default_manager
    known = set(synonyms.values_list("words", flat=True))
    synonyms.bulk_create(
        synonyms.model(words=words, is_one_way=is_one_way, is_shipped=True)
        for words, is_one_way in shipped_synonyms()
        if words not in known
    )


def take_back(apps, schema_editor) -> None:
    apps.get_model("search", "Synonym")._default_manager.filter(is_shipped=True).delete()


class Migration(migrations.Migration):
    dependencies = [("search", "0001_index")]

    operations = [migrations.RunPython(add_missing, take_back)]

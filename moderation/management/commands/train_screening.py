"""Make the shipped model of the classifier anew from the shipped texts."""

import json

from django.core.management.base import BaseCommand, CommandError

from moderation.screening.classifier import MODEL, count_words, stored
from moderation.screening.corpora import training_texts
from search.analysis import get_analyzer


class Command(BaseCommand):
    help = "Count the words of the shipped texts anew and write moderation/screening/model.json."

    def handle(self, *args, **options) -> None:
        if get_analyzer().name != "kiwi":
            raise CommandError("The shipped model is made with Kiwi; it is not installed here.")
        counts = count_words(training_texts())
        text = json.dumps(stored(counts), ensure_ascii=False, separators=(",", ":"))
        MODEL.write_text(text.replace("],", "],\n") + "\n", encoding="utf-8")
        self.stdout.write(
            f"{len(counts.words)} words of {counts.spam} texts of spam and {counts.good} others."
        )

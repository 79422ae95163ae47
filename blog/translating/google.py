"""Google Cloud Translation, Basic (version 2).

Source: https://cloud.google.com/translate/docs/reference/rest/v2/translate (up to 128 texts;
``format`` is HTML unless told) and https://cloud.google.com/translate/quotas (5,000 characters a
request are recommended; a quota that is used up answers 403). The key goes in the header
``x-goog-api-key``, as https://cloud.google.com/docs/authentication/api-keys-use says: an address
would end up in logs.
"""

from typing import Any

from blog.translating.base import Call, Provider


class Google(Provider):
    code = "google"
    name = "Google Translate"
    default_url = "https://translation.googleapis.com"
    most_texts = 128
    most_characters = 5_000

    def call(self, texts: list[str], source: str, target: str) -> Call:
        body = {"q": texts, "source": source, "target": target, "format": "text"}
        return Call(self.address("/language/translate/v2"), {"x-goog-api-key": self.key}, body)

    def read(self, answer: Any) -> list[Any]:
        return [one["translatedText"] for one in answer["data"]["translations"]]

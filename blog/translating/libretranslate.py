"""LibreTranslate, which anybody can run.

Source: https://docs.libretranslate.com/api/operations/translate/ and the server's ``app.py``:
``q`` may be a list; a server's owner may bound its length (``--batch-limit``) and the length of
each text (``--char-limit``, 2,000 on the public server).
"""

from typing import Any

from blog.translating.base import Call, Provider


class LibreTranslate(Provider):
    code = "libretranslate"
    name = "LibreTranslate"
    most_texts = 20
    most_characters = 2_000

    def call(self, texts: list[str], source: str, target: str) -> Call:
        body = {"q": texts, "source": source, "target": target, "format": "text"}
        if self.key:
            body["api_key"] = self.key
        return Call(self.address("/translate"), {}, body)

    def read(self, answer: Any) -> list[Any]:
        return answer["translatedText"]

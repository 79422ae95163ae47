"""DeepL.

Source: https://developers.deepl.com/api-reference/translate (50 texts and 128 KiB a request, 456:
quota exceeded) and https://developers.deepl.com/docs/getting-started/auth: keys of the free plan
end in ``:fx`` and belong to another host.
"""

from typing import Any

from blog.translating.base import Call, Provider

FREE_KEY = ":fx"
FREE_URL = "https://api-free.deepl.com"
TARGETS = {"EN": "EN-US", "PT": "PT-BR"}
"""DeepL wants to know which English; as a source it takes the base alone."""


class DeepL(Provider):
    code = "deepl"
    name = "DeepL"
    default_url = "https://api.deepl.com"
    most_texts = 50
    most_characters = 30_000  # at most 4 bytes each

    def call(self, texts: list[str], source: str, target: str) -> Call:
        url = self.address("/v2/translate")
        if not self.url and self.key.endswith(FREE_KEY):
            url = f"{FREE_URL}/v2/translate"
        wanted = target.upper()
        body = {
            "text": texts,
            "source_lang": source.upper(),
            "target_lang": TARGETS.get(wanted, wanted),
        }
        return Call(url, {"Authorization": f"DeepL-Auth-Key {self.key}"}, body)

    def read(self, answer: Any) -> list[Any]:
        return [one["text"] for one in answer["translations"]]

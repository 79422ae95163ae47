"""Papago Translation of NAVER Cloud Platform.

Source: https://api.ncloud-docs.com/docs/ai-naver-papagonmt (addresses, headers, 429 for a quota) and
https://api.ncloud-docs.com/docs/ai-naver-papagonmt-translation (one text of up to 5,000 characters
a call); the pairs of languages: https://guide.ncloud-docs.com/docs/papagotranslation-api.
"""

from typing import Any

from blog.translating.base import Call, Provider

_WITH_KOREAN = ("en", "ja", "vi", "th", "id", "fr", "es", "ru", "de", "it")
_WITH_ENGLISH = ("ja", "vi", "th", "id", "fr", "es", "ru", "de")
_WITH_JAPANESE = ("vi", "th", "id", "fr")
PAIRS = frozenset(
    [frozenset(("ko", other)) for other in _WITH_KOREAN]
    + [frozenset(("en", other)) for other in _WITH_ENGLISH]
    + [frozenset(("ja", other)) for other in _WITH_JAPANESE]
)


class Papago(Provider):
    code = "papago"
    name = "Papago"
    default_url = "https://papago.apigw.ntruss.com"
    most_texts = 1
    most_characters = 5_000

    @classmethod
    def supports(cls, source: str, target: str) -> bool:
        return frozenset((source, target)) in PAIRS

    def call(self, texts: list[str], source: str, target: str) -> Call:
        headers = {"X-NCP-APIGW-API-KEY-ID": self.key_id, "X-NCP-APIGW-API-KEY": self.key}
        body = {"source": source, "target": target, "text": texts[0]}
        return Call(self.address("/nmt/v1/translation"), headers, body)

    def read(self, answer: Any) -> list[Any]:
        return [answer["message"]["result"]["translatedText"]]

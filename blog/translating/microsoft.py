"""Microsoft Translator (Azure AI Translator, version 3.0).

Source: https://learn.microsoft.com/azure/ai-services/translator/reference/v3-0-translate (the body
is a list of ``{"Text"}``, plain text unless told; ``Ocp-Apim-Subscription-Region`` for keys of one
region) and …/translator/service-limits; a request keeps to the smaller limits of older pages too.
"""

from typing import Any
from urllib.parse import urlencode

from blog.translating.base import Call, Provider


class Microsoft(Provider):
    code = "microsoft"
    name = "Microsoft Translator"
    default_url = "https://api.cognitive.microsofttranslator.com"
    most_texts = 100
    most_characters = 10_000

    def call(self, texts: list[str], source: str, target: str) -> Call:
        query = urlencode({"api-version": "3.0", "from": source, "to": target})
        headers = {"Ocp-Apim-Subscription-Key": self.key}
        if self.region:
            headers["Ocp-Apim-Subscription-Region"] = self.region
        body = [{"Text": text} for text in texts]
        return Call(self.address(f"/translate?{query}"), headers, body)

    def read(self, answer: Any) -> list[Any]:
        return [one["translations"][0]["text"] for one in answer]

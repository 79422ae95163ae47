"""What every provider of machine translation has in common: the call, and how its answer is judged."""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from config.services import Service, ServiceFailed

UNREACHABLE = "unreachable"
SPENT = "spent"
REFUSED = "refused"
NONSENSE = "nonsense"

LONGEST_ANSWER = 12
"""No translation has that many times the characters of its original."""
SHORT = 200  # characters; below, an answer may be longer than that


class ProviderFailed(Exception):
    """No translation came. ``reason`` is one of the words above, ``detail`` is for the log.

    ``was_sent``: the provider may have done the work and counted it.
    """

    def __init__(self, reason: str, detail: str = "", *, was_sent: bool = False):
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.was_sent = was_sent


@dataclass(frozen=True)
class Call:
    """One request to a provider."""

    url: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Provider(ABC):
    """A provider with its keys; subclasses know the protocol.

    ``most_texts`` and ``most_characters`` bound one request.
    """

    url: str = ""
    key: str = ""
    key_id: str = ""
    region: str = ""

    code: ClassVar[str]
    name: ClassVar[str]
    default_url: ClassVar[str] = ""
    most_texts: ClassVar[int]
    most_characters: ClassVar[int]

    @abstractmethod
    def call(self, texts: list[str], source: str, target: str) -> Call:
        """Return the request that translates ``texts`` between two base languages (``ko``)."""

    @abstractmethod
    def read(self, answer: Any) -> list[Any]:
        """Return the translations in ``answer``. May raise LookupError or TypeError."""

    @classmethod
    def supports(cls, source: str, target: str) -> bool:
        """Return whether the provider knows that pair of languages."""
        return True

    def address(self, path: str) -> str:
        """Return ``path`` at the provider, or at the address that the operator gave instead."""
        return (self.url or self.default_url).rstrip("/") + path

    def translate(self, service: Service, texts: list[str], source: str, target: str) -> list[str]:
        """Return ``texts`` in ``target``, in one request. Raises ProviderFailed."""
        call = self.call(texts, source, target)
        try:
            status, body = service.post(call.url, call.headers, call.body)
        except ServiceFailed as error:
            raise ProviderFailed(UNREACHABLE, error.reason, was_sent=error.was_sent) from error
        if status != 200:
            raise ProviderFailed(reason_of(status, body), f"{status} {shortened(body)}")
        try:
            found = self.read(json.loads(body))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise ProviderFailed(NONSENSE, shortened(body), was_sent=True) from error
        return judged(found, texts)


def reason_of(status: int, body: bytes) -> str:
    """Return what a status other than 200 means (those of all five; 456 is DeepL's quota)."""
    if status in {402, 429, 456}:
        return SPENT
    if status == 403 and (b"quota" in body.lower() or b"limit" in body.lower()):
        return SPENT  # Google: "Daily Limit Exceeded"; Microsoft: 403001, "free quota"
    if status in {400, 413, 414, 422}:
        return REFUSED
    return UNREACHABLE  # also a wrong key, which is nothing that a reader can do about


def shortened(body: bytes) -> str:
    """Return the start of ``body`` for the log."""
    return body[:200].decode("utf-8", "replace")


def judged(found: list[Any], texts: list[str]) -> list[str]:
    """Return ``found`` if it can be a translation of ``texts``. Raises ProviderFailed."""
    if not isinstance(found, list) or len(found) != len(texts):
        raise ProviderFailed(NONSENSE, "not as many texts as were sent", was_sent=True)
    for answer, text in zip(found, texts, strict=True):
        if not isinstance(answer, str) or not answer.strip():
            raise ProviderFailed(NONSENSE, "no text", was_sent=True)
        if len(answer) > max(SHORT, LONGEST_ANSWER * len(text)):
            raise ProviderFailed(NONSENSE, "far too long", was_sent=True)
    return found

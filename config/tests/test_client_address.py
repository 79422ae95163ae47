"""Whose request it is: the hops that are ours are believed, and only if they name an address."""

import pytest
from django.test import RequestFactory

from config.middleware import ClientAddressMiddleware

PEER = "10.0.0.2"


def address_of(forwarded: str, peer: str = PEER) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    ClientAddressMiddleware(lambda request: None)(request)
    return request.META["REMOTE_ADDR"]


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:51234", "2001:db8::7"),
        ("", PEER),
        ("unknown", PEER),
        ("1.1.1.1, ", PEER),
        ("마당", PEER),
        ("' OR 1=1", PEER),
        ("1" * 5000, PEER),
    ],
    ids=lambda value: value[:20],
)
def test_one_trusted_hop_names_the_reader(settings, forwarded, address):
    settings.TRUSTED_PROXIES = 1
    assert address_of(forwarded) == address


def test_without_trusted_hops_the_header_says_nothing(settings):
    settings.TRUSTED_PROXIES = 0
    assert address_of("203.0.113.7") == PEER


@pytest.mark.behaviour("OP-32")
@pytest.mark.parametrize(
    ("hops", "address"), [(1, "203.0.113.7"), (2, "198.51.100.9"), (3, ""), (0, "")]
)
def test_over_a_unix_socket_nobody_has_an_address_but_what_a_trusted_hop_says(
    settings, hops, address
):
    settings.TRUSTED_PROXIES = hops
    assert address_of("198.51.100.9, 203.0.113.7", peer="") == address

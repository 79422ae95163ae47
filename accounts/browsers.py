"""A browser and a network in words that their owner recognises, and no more precise than that."""

import ipaddress
import re

from django.utils.translation import gettext as _

BROWSERS = (
    # The order matters: most of them also claim to be Chrome or Safari.
    ("Whale", "Whale"),
    ("SamsungBrowser", "Samsung Internet"),
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER", "NAVER"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
IPV4_PREFIX, IPV6_PREFIX = 24, 48  # bits that are kept


def describe_browser(user_agent: str) -> str:
    """Return the name of the browser and its system: ``Chrome, Windows``."""
    names = [
        next((name for mark, name in table if mark in user_agent), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in names if name) or _("an unknown browser")


def is_phone(user_agent: str) -> bool:
    """Return whether the browser runs on a phone."""
    return bool(re.search(r"iPhone|Android.+Mobile", user_agent))


def coarse_network(address: str) -> str:
    """Return the network of an IP address: /24 of IPv4, /48 of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    prefix = IPV4_PREFIX if ip.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network(f"{ip}/{prefix}", strict=False))

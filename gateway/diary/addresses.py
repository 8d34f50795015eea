"""The address under which buyers find a lot: whether it is one, and who gets there."""

from enum import Enum
from ipaddress import ip_address
from urllib.parse import urlsplit

_AT_HOME = (".local", ".lan", ".home", ".internal", ".home.arpa")
"""Names that only a network of one's own knows."""


class Reach(Enum):
    """Who gets to an address: only the machine itself, the hamlet's own network, everybody."""

    HERE = "here"
    HAMLET = "hamlet"
    EVERYBODY = "everybody"


def check_base_url(written: str) -> str:
    """The beginning of an address. Raises ValueError for what a phone cannot open, or to which no
    path can be added."""
    address = urlsplit(written)  # raises ValueError, too
    plain = not (address.query or address.fragment or address.username or address.password)
    ascii_only = written.isascii() and written.isprintable() and " " not in written
    if address.scheme not in ("http", "https") or not address.hostname or not plain:
        raise ValueError(f"{written!r} must read like https://che-khe-coc.example")
    if not ascii_only or (address.port is not None and not address.port):
        raise ValueError(f"{written!r} must be plain ASCII, with a port from 1 on")
    return written.rstrip("/")


def reach_of(base_url: str) -> Reach:
    """As far as the address itself tells: whether the name is registered, nobody asks."""
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    try:
        ip = ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            return Reach.HERE
        return Reach.HAMLET if "." not in host or host.endswith(_AT_HOME) else Reach.EVERYBODY
    if ip.is_loopback or ip.is_unspecified:
        return Reach.HERE
    return Reach.EVERYBODY if ip.is_global else Reach.HAMLET

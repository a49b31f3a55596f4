"""Keeps outgoing calls away from our own network: which addresses a call may go to.

Whoever may name a target (a webhook's receiver, say) could otherwise have the hub call what only
the hub can reach. A target is looked at twice: when it is saved (``check``), and each time a
connection is made (``addresses``, by ``hub.toolkit.dialling``), since a name may lead elsewhere by
then. All addresses of a name must be fit; those of ``networks`` always are.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna

from hub.kernel.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA's registries of special addresses, as far as they lie inside what is public otherwise.
_CLOSED = {
    "0.0.0.0/8": "unspecified",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "private",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved",
    "192.0.2.0/24": "reserved",
    "192.88.99.0/24": "a 6to4 relay",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "private",
    "198.51.100.0/24": "reserved",
    "203.0.113.0/24": "reserved",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::ffff:0:0/96": "an IPv4 address in IPv6 form",
    "64:ff9b::/96": "an IPv4 address in NAT64 form",
    "64:ff9b:1::/48": "an IPv4 address in NAT64 form",
    "2001::/23": "reserved",
    "2001:db8::/32": "reserved",
    "2002::/16": "an IPv4 address in 6to4 form",
    "3fff::/20": "reserved",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "private",
    "ff00::/8": "multicast",
}
_TABLE = [(ipaddress.ip_network(network), word) for network, word in _CLOSED.items()]
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")  # nothing else was given out yet
_LONGEST = 2000
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class TargetRefused(Refused):
    """A call may not go there. ``code`` says why in a word, ``detail`` in a sentence."""

    code = "target_refused"


def resolve(host: str, port: int) -> list[Address]:
    """Every address of a host, by the system's resolver. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(sockaddr[0]).partition("%")[0] for *_, sockaddr in found)
    return [ipaddress.ip_address(text) for text in texts]


@dataclass(frozen=True)
class Guard:
    """What may be called. ``plain`` allows http:// to public addresses as well."""

    networks: tuple[Network, ...] = ()
    plain: bool = False
    resolver: Callable[[str, int], Collection[Address]] = resolve

    def check(self, url: str) -> str:
        """``url`` in its plain form, when a call may go there now. Raises ``TargetRefused``."""
        parts = self._parsed(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        try:
            self.addresses(host, parts.port or (443 if secure else 80), secure=secure)
        except OSError:
            raise TargetRefused(
                f"the host name {host} cannot be resolved: correct it, or wait until its DNS "
                "entry is known",
                code="unresolvable",
            ) from None
        return urlunsplit(parts)

    def addresses(self, host: str, port: int, *, secure: bool) -> list[Address]:
        """The addresses to connect to, after looking at all of them. ``secure``: with TLS. Raises
        ``TargetRefused``, or ``OSError`` when there are none."""
        _check_spelling(host)
        literal = _literal(host)
        found = [literal] if literal else list(self.resolver(host, port))
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            word = None if self.allows(address) else unfit(address)
            if word:
                raise TargetRefused(
                    f"the address of {host} is {word}: only public ones are called, and those "
                    "in outgoing_networks of paraph.yaml",
                    code="private_address",
                )
        if not (secure or self.plain or all(map(self.allows, found))):
            raise TargetRefused(
                "http:// can be read and changed on the way: use https://", code="not_https"
            )
        return found

    def allows(self, address: Address) -> bool:
        """Whether the administrator has allowed this address."""
        return any(address in network for network in self.networks)

    def _parsed(self, url: str) -> SplitResult:
        if len(url) > _LONGEST or _UNFIT.search(url):
            raise _malformed(f"holds blanks or backslashes, or more than {_LONGEST} characters")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _malformed("cannot be read") from None
        if parts.scheme not in ("http", "https"):
            raise TargetRefused("write an address that begins with https://", code="not_https")
        if "@" in parts.netloc:
            raise _malformed("names a user: receivers know us by the signature")
        if parts.fragment or port == 0:
            raise _malformed("has a fragment (#), or the port 0")
        host = _plain_host(parts.hostname or "")
        _check_spelling(host)
        shown = f"[{host}]" if ":" in host else host
        netloc = f"{shown}:{port}" if port else shown
        return parts._replace(netloc=netloc, path=parts.path or "/")


def unfit(address: Address) -> str | None:
    """Why an address is none of the public Internet, in a word; None when it is one."""
    for network, word in _TABLE:
        if address in network:
            return word
    if address.version == 6 and address not in _PUBLIC_V6:
        return "reserved"
    return None


def _plain_host(host: str) -> str:
    """The host as DNS knows it: letters of other scripts and other widths become plain ones."""
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode().lower()
    except idna.IDNAError:
        raise _malformed("has a host name that DNS does not know") from None


def _check_spelling(host: str) -> None:
    """Resolvers take ``0177.1``, ``2130706433`` and ``0x7f.1`` for IPv4 addresses; people do not
    write them. Raises ``TargetRefused``."""
    if ":" in host:
        if "%" not in host and _literal(host):
            return
        raise _malformed("holds no IPv6 address, or one with a zone")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1] or labels[-2:][0]):
        if not _literal(host):
            raise TargetRefused(
                f"{host} is no plain way to write an address: write four decimal numbers",
                code="odd_address",
            )
    elif len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise _malformed("holds no host name, or one that ends in a dot")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _malformed(what: str) -> TargetRefused:
    return TargetRefused(
        f"the address {what}: write it as https://host/path", code="malformed_address"
    )

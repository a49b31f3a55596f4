"""From which network somebody tries, as a keyed hash: whoever has one IPv6 address has all of its
/64 (RFC 4291, 2.5.1), so these are one network."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from hub.services.core import Core

_OF_ONE_LINK = 64  # bits


def network_of(core: Core, workspace_id: str, ip: str) -> str:
    """The keyed hash of the network behind an address, for one workspace."""
    return core.vault.mac("portal-network", f"{workspace_id}:{_network(ip)}")[:64]


def _network(ip: str) -> str:
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if not isinstance(address, IPv6Address):
        return ip
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _OF_ONE_LINK), strict=False))

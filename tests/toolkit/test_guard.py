"""Which targets outgoing calls may have: a table of addresses, and one of spellings."""

from __future__ import annotations

import ipaddress

import pytest

from hub.toolkit.guard import Address, Guard, TargetRefused, unfit

PUBLIC = "203.0.114.7"

# address → why no call goes there
UNFIT = [
    ("0.0.0.0", "unspecified"),
    ("10.1.2.3", "private"),
    ("100.64.0.1", "private"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("169.254.169.254", "link-local"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.8", "reserved"),
    ("192.0.2.1", "reserved"),
    ("192.88.99.1", "6to4"),
    ("192.168.1.1", "private"),
    ("198.19.0.1", "private"),
    ("203.0.113.9", "reserved"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::7f00:1", "reserved"),  # IPv4-compatible
    ("::ffff:127.0.0.1", "IPv4"),
    ("::ffff:8.8.8.8", "IPv4"),
    ("64:ff9b::7f00:1", "NAT64"),
    ("64:ff9b:1::a00:1", "NAT64"),
    ("100::1", "reserved"),
    ("2001::1", "reserved"),  # Teredo
    ("2001:db8::1", "reserved"),
    ("2002:7f00:1::", "6to4"),
    ("3fff::1", "reserved"),
    ("5f00::1", "reserved"),
    ("fc00::1", "private"),
    ("fd12:3456::1", "private"),
    ("fe80::1", "link-local"),
    ("fec0::1", "private"),
    ("ff02::1", "multicast"),
]
FIT = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", PUBLIC, "2606:4700::1111", "2a00::1"]

# spelling → code of the refusal
SPELLINGS = [
    ("https://2130706433/", "odd_address"),
    ("https://0x7f000001/", "odd_address"),
    ("https://0x7f.0.0.1/", "odd_address"),
    ("https://0177.0.0.1/", "odd_address"),
    ("https://127.1/", "odd_address"),
    ("https://127.0.0.1./", "odd_address"),
    ("https://0/", "odd_address"),
    ("https://0x/", "odd_address"),
    ("https://999.1.1.1/", "odd_address"),
    ("https://receiver.example.1/", "odd_address"),
    ("https://127.0.0.1/", "private_address"),
    ("https://１２７.０.０.１/", "private_address"),  # full width
    ("https://①②⑦.0.0.1/", "private_address"),
    ("https://127。0。0。1/", "private_address"),  # ideographic full stops
    ("https://[::1]/", "private_address"),
    ("https://[::ffff:127.0.0.1]/", "private_address"),
    ("https://[0:0:0:0:0:ffff:7f00:1]:8443/", "private_address"),
    ("https://[fe80::1%25eth0]/", "malformed_address"),
    ("https://[::1/", "malformed_address"),
    ("https://receiver.example./", "malformed_address"),
    ("https://alice@receiver.example/", "malformed_address"),
    ("https://receiver.example@127.0.0.1/", "malformed_address"),
    ("https://receiver.example:secret@10.0.0.1/", "malformed_address"),
    ("https://127.0.0.1\\@receiver.example/", "malformed_address"),
    ("https://receiver.example\\.attacker.example/", "malformed_address"),
    ("https://receiver.example /", "malformed_address"),
    ("https://receiver.example/\r\nHost: inside", "malformed_address"),
    ("https://receiver\t.example/", "malformed_address"),
    ("https://receiver.example/#part", "malformed_address"),
    ("https://receiver.example:0/", "malformed_address"),
    ("https://receiver.example:70000/", "malformed_address"),
    ("https://receiver.example:http/", "malformed_address"),
    ("https://-receiver.example/", "malformed_address"),
    ("https://receiver..example/", "malformed_address"),
    ("https://receiver%2eexample/", "malformed_address"),
    ("https://", "malformed_address"),
    ("https:///hook", "malformed_address"),
    ("https://./", "malformed_address"),
    ("https://" + "a" * 64 + ".example/", "malformed_address"),
    ("https://receiver.example/" + "a" * 2000, "malformed_address"),
    ("https://räksmörgås\u2488.example/", "malformed_address"),
    ("ftp://receiver.example/", "not_https"),
    ("file:///etc/passwd", "not_https"),
    ("receiver.example/hook", "not_https"),
    ("//receiver.example/hook", "not_https"),
    ("", "not_https"),
    ("http://receiver.example/", "not_https"),
    ("https://nowhere.example/", "unresolvable"),
]

# spelling → the plain one
GOOD = [
    ("https://receiver.example", "https://receiver.example/"),
    ("HTTPS://Receiver.EXAMPLE/Hook?a=B", "https://receiver.example/Hook?a=B"),
    ("https://receiver.example:8443/hook", "https://receiver.example:8443/hook"),
    ("https://räksmörgås.example/", "https://xn--rksmrgs-5wao1o.example/"),
    ("https://receiver_1.example/", "https://receiver_1.example/"),
    (f"https://{PUBLIC}/", f"https://{PUBLIC}/"),
    ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
]


def resolver(**names: str):
    """Knows every ``*.example`` but ``nowhere``, and what it is told."""

    def resolve(host: str, port: int) -> list[Address]:
        name = host.partition(".")[0]
        if name == "nowhere":
            raise OSError("no such host")
        return [ipaddress.ip_address(one) for one in names.get(name, PUBLIC).split()]

    return resolve


def networks(*texts: str):
    return tuple(ipaddress.ip_network(text) for text in texts)


@pytest.mark.parametrize(("address", "word"), UNFIT)
def test_addresses_that_are_not_public_are_refused(address: str, word: str) -> None:
    assert word in (unfit(ipaddress.ip_address(address)) or "")
    guard = Guard(resolver=resolver(inside=address))
    with pytest.raises(TargetRefused) as caught:
        guard.check("https://inside.example/")
    assert caught.value.code == "private_address"
    assert word in caught.value.detail
    assert address not in caught.value.detail, "names of our network are not told to callers"


@pytest.mark.parametrize("address", FIT)
def test_public_addresses_are_called(address: str) -> None:
    assert unfit(ipaddress.ip_address(address)) is None


@pytest.mark.parametrize(("url", "code"), SPELLINGS)
def test_odd_spellings_are_refused(url: str, code: str) -> None:
    with pytest.raises(TargetRefused) as caught:
        Guard(resolver=resolver()).check(url)
    assert caught.value.code == code
    assert "secret" not in caught.value.detail


@pytest.mark.parametrize(("url", "plain"), GOOD)
def test_good_targets_are_kept_in_their_plain_form(url: str, plain: str) -> None:
    assert Guard(resolver=resolver()).check(url) == plain


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    guard = Guard(resolver=resolver(mixed=f"{PUBLIC} 10.0.0.1"))
    with pytest.raises(TargetRefused, match="private"):
        guard.check("https://mixed.example/")


def test_networks_that_the_administrator_allows_are_called_also_without_tls() -> None:
    guard = Guard(networks("10.1.0.0/16", "fd00::/8"), resolver=resolver(erp="10.1.0.5 fd00::5"))
    assert guard.check("http://erp.example/hook") == "http://erp.example/hook"
    assert guard.check("http://10.1.255.1/") == "http://10.1.255.1/"
    with pytest.raises(TargetRefused, match="private"):
        guard.check("https://10.2.0.1/")


def test_an_allowed_network_opens_none_of_its_other_spellings() -> None:
    guard = Guard(networks("127.0.0.0/8"), resolver=resolver())
    for url in ("http://2130706433/", "http://[::ffff:127.0.0.1]/"):
        with pytest.raises(TargetRefused):
            guard.check(url)


def test_plain_http_to_public_addresses_only_where_it_is_allowed() -> None:
    assert Guard(plain=True, resolver=resolver()).check("http://receiver.example/")
    half = Guard(networks("10.0.0.0/8"), resolver=resolver(half=f"10.0.0.1 {PUBLIC}"))
    with pytest.raises(TargetRefused) as caught:
        half.check("http://half.example/")
    assert caught.value.code == "not_https"

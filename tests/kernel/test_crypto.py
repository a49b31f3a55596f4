"""What is sealed opens with any of the keys and with nothing else; uses never share a key."""

from __future__ import annotations

import pytest

from hub.kernel.crypto import Vault, canonical_json
from hub.kernel.errors import ConfigurationError, Spoiled

OLD = "the former master key, long enough to be one"
NEW = "the present master key, long enough to be one"


def test_the_first_key_seals_and_all_of_them_open():
    sealed = Vault(OLD).seal("Alice")
    assert "Alice" not in sealed
    assert Vault(NEW, OLD).open(sealed) == "Alice"
    with pytest.raises(ConfigurationError, match="PARAPH_SECRET_KEY"):
        Vault(NEW).open(sealed)


def test_a_changed_seal_does_not_open():
    sealed = Vault(NEW).seal("Alice")
    with pytest.raises(ConfigurationError):
        Vault(NEW).open(sealed[:-2] + ("AA" if sealed[-2:] != "AA" else "BB"))


def test_sealed_bytes_open_with_any_of_the_keys_and_tell_which_are_missing():
    sealed = Vault(OLD).seal_bytes(b"an offer", "alice/1")
    assert b"offer" not in sealed
    assert Vault(NEW, OLD).open_bytes(sealed, "alice/1") == b"an offer"
    with pytest.raises(ConfigurationError, match="PARAPH_SECRET_KEY"):
        Vault(NEW).open_bytes(sealed, "alice/1")
    assert Vault(NEW).seal_bytes(b"", "x") != Vault(NEW).seal_bytes(b"", "x")


@pytest.mark.parametrize("place", [0, 3, 11, 23, -1])
def test_sealed_bytes_that_were_changed_or_moved_do_not_open(place):
    sealed = bytearray(Vault(NEW).seal_bytes(b"an offer", "alice/1"))
    with pytest.raises(Spoiled):
        Vault(NEW).open_bytes(bytes(sealed), "bob/1")
    sealed[place] ^= 1
    with pytest.raises((Spoiled, ConfigurationError)):
        Vault(NEW).open_bytes(bytes(sealed), "alice/1")


@pytest.mark.parametrize("sealed", [b"", b"b1:", b"plain bytes that nobody sealed at all"])
def test_bytes_that_were_never_sealed_are_told_as_such(sealed):
    with pytest.raises(Spoiled, match="not sealed"):
        Vault(NEW).open_bytes(sealed, "alice/1")


def test_a_mac_is_good_for_its_use_and_text_only():
    vault = Vault(NEW, OLD)
    mac = vault.mac("hook", "alice")
    assert vault.mac_matches("hook", "alice", mac)
    assert not vault.mac_matches("hook", "bob", mac)
    assert not vault.mac_matches("report", "alice", mac)
    assert vault.mac_matches("hook", "alice", Vault(OLD).mac("hook", "alice"))
    assert not vault.mac_matches("hook", "alice", "ä")


def test_macs_come_under_every_key_and_the_newest_first():
    assert Vault(NEW, OLD).macs("index", "alice") == [
        Vault(NEW).mac("index", "alice"),
        Vault(OLD).mac("index", "alice"),
    ]


@pytest.mark.parametrize("masters", [(), ("short",), (NEW, "short")])
def test_a_missing_or_short_key_is_refused_with_what_to_do(masters):
    with pytest.raises(ConfigurationError, match="32 characters"):
        Vault(*masters)


def test_canonical_json_does_not_depend_on_the_order_of_keys():
    assert canonical_json({"b": [1, "ä"], "a": None}) == '{"a":null,"b":[1,"ä"]}'.encode()

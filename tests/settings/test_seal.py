"""The seal's settings: what goes together, and how a fault is told."""

from __future__ import annotations

import pytest

from hub.kernel.errors import ConfigurationError
from hub.settings import load_hub_settings

HEAD = "public_url: https://sign.example.com\n"
STAMPS = "timestamp_url: https://t.example.com, timestamp_roots: [r.pem]"


@pytest.fixture
def read(tmp_path):
    def load(text):
        file = tmp_path / "paraph.yaml"
        file.write_text(HEAD + text, encoding="utf-8")
        return load_hub_settings(file, {"PIN": "1234"}).seal

    return load


def test_without_the_block_the_hub_seals_with_its_own_certificate(read):
    seal = read("")
    assert (seal.level, seal.pkcs12, seal.pem, seal.pkcs11) == ("B-B", None, None, None)
    assert seal.when_unavailable == "error"


def test_a_key_is_read_from_its_block(read):
    seal = read("seal: {pkcs11: {module: m.so, token: t, pin: '${env:PIN}', key: k}}")
    assert (seal.pkcs11.pin, seal.pkcs11.certificate) == ("1234", None)


@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_a_level_above_needs_an_authority_and_its_roots(read, level):
    assert read(f"seal: {{level: {level}, {STAMPS}}}").level == level
    with pytest.raises(ConfigurationError, match=f"{level} needs a time-stamp authority: add"):
        read(f"seal: {{level: {level}}}")
    with pytest.raises(ConfigurationError, match="add timestamp_roots"):
        read(f"seal: {{level: {level}, timestamp_url: https://t.example.com}}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seal: {levl: B-B}", "2:8: seal.levl: unknown key 'levl'; did you mean 'level'?"),
        ("seal: {pem: {key: k}}", "seal.pem.certificate: 'certificate' is missing; add it"),
        (
            "seal: {pem: {key: k, certificate: c, passphase: p}}",
            "seal.pem.passphase: unknown key 'passphase'; did you mean 'passphrase'?",
        ),
        ("seal: {level: B-X}", "seal.level: must be one of: B-B, B-T, B-LTA"),
        (
            "seal: {pkcs12: {file: f}, pem: {key: k, certificate: c}}",
            "seal.pem: there is one key: remove pem or pkcs12",
        ),
        ("seal: {when_unavailable: downgrade}", "there is nothing below B-B; remove it"),
        ("seal: yes", "seal"),
    ],
)
def test_a_fault_is_told_with_its_place(read, text, said):
    with pytest.raises(ConfigurationError) as raised:
        read(text)
    assert said in str(raised.value)

"""``paraph verify``: what it says, and its status."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hub.cli import cli
from hub.kernel.clock import SystemClock
from hub.services.evidence.building import build
from hub.services.sealing import Sealer
from hub.settings import SealSettings
from tests.services.evidence import cases
from tests.services.evidence.authority import authority, stranger
from tests.services.evidence.proofs import made


@pytest.fixture
def root(tmp_path):
    path = tmp_path / "root.pem"
    path.write_bytes(authority().root_pem)
    return path


def verified(path, root, *more, code=0):
    result = CliRunner().invoke(cli, ["verify", str(path), "--trust", str(root), *more])
    assert result.exit_code == code, result.output
    return result.output


def test_a_good_bundle_and_its_pdf_hold(tmp_path, root):
    proof = made()
    for name, content in (("a.zip", proof.content), ("a.pdf", proof.named("signed.pdf"))):
        path = tmp_path / name
        path.write_bytes(content)
        printed = verified(path, root)
        assert "The proof holds" in printed
        assert "7KQ2-M9TD" in printed
        assert "9 events, unbroken" in printed


def test_the_first_member_that_differs_is_named(tmp_path, root):
    path = tmp_path / "a.zip"
    path.write_bytes(made().content.replace(b"Umea", b"Lulea").replace(b"pdf", b"pdg", 9))
    assert "does not hold: manifest.json" in verified(path, root, code=1)
    told = json.loads(verified(path, root, "--format", "json", code=1))
    assert (told["ok"], told["kind"], told["member"]) == (False, "bundle", "manifest.json")


def test_what_was_erased_is_told(tmp_path, root):
    path = tmp_path / "a.zip"
    path.write_bytes(build(cases.erased(cases.offer_case()), authority().seal).content)
    assert "3 mobile" in verified(path, root)
    assert json.loads(verified(path, root, "--format", "json"))["erased"][0] == "3 mobile"


def test_a_seal_that_one_does_not_trust_does_not_hold(tmp_path):
    path, other = tmp_path / "a.zip", tmp_path / "other.pem"
    path.write_bytes(made().content)
    other.write_bytes(stranger().root_pem)
    assert "signed.pdf" in verified(path, other, code=1)


def test_what_is_no_proof_and_what_is_no_root_have_status_2(tmp_path, root):
    path = tmp_path / "note.txt"
    path.write_text("hello")
    assert "neither a bundle nor a PDF" in verified(path, root, code=2)
    verified(path, path, code=2)
    assert CliRunner().invoke(cli, ["verify", str(path)]).exit_code == 2


def installation(tmp_path, more=""):
    """A configuration folder with data beside it."""
    config = tmp_path / "config"
    config.mkdir()
    text = f"public_url: https://hub.example\ndata_folder: {tmp_path / 'data'}\n{more}\n"
    (config / "paraph.yaml").write_text(text)
    return config


def verified_there(path, config, code=0):
    result = CliRunner().invoke(cli, ["verify", str(path), "--config", str(config)])
    assert result.exit_code == code, result.output
    return result.output


def test_without_trust_the_installations_own_root_counts(tmp_path):
    config, path = installation(tmp_path), tmp_path / "a.zip"
    sealer = Sealer(SealSettings(), tmp_path / "data", SystemClock())
    path.write_bytes(build(cases.offer_case(), sealer.seal).content)
    sealer.close()
    assert "The proof holds" in verified_there(path, config)


def test_without_trust_the_roots_of_its_settings_count(tmp_path, root):
    config, path = installation(tmp_path, f"seal: {{trust_roots: [{root}]}}"), tmp_path / "a.zip"
    path.write_bytes(made().content)
    assert "The proof holds" in verified_there(path, config)


def test_an_installation_that_has_not_sealed_anything_says_what_to_give(tmp_path, root):
    config = installation(tmp_path)
    assert "give --trust FILE" in " ".join(verified_there(root, config, code=2).split())
    assert not (tmp_path / "data").exists()


def test_without_an_installation_it_says_what_to_give(tmp_path, root):
    assert "Give --trust FILE" in " ".join(verified_there(root, tmp_path, code=2).split())


def test_a_key_of_the_installation_that_cannot_be_read_is_told(tmp_path, root):
    more = "seal: {pem: {key: /no/seal.key, certificate: /no/seal.pem}}"
    assert "/no/seal.key" in verified_there(root, installation(tmp_path, more), code=2)

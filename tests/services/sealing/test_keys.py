"""Where the seal's key comes from, and what is said when it cannot be used."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from hub.kernel.clock import ManualClock, SystemClock
from hub.kernel.errors import ConfigurationError, Retryable
from hub.services.sealing import KeyUnusable, Sealer, check_pdf
from hub.services.sealing.own import OwnAuthority
from hub.settings.seal import Pkcs11Key, SealSettings
from tests.services.sealing.authorities import DAY, NOW, World, entity, rsa_key
from tests.services.sealing.samples import offer
from tests.tools.ensure_seal_tools import find_module


def pem(world, **more):
    files = {"key": world.path("seal.key"), "certificate": world.path("seal.pem")}
    return {**files, "chain": world.path("chain.pem"), **more}


def refusal(sealer):
    with pytest.raises(KeyUnusable) as raised:
        sealer.seal(offer())
    assert isinstance(raised.value, Retryable)
    with pytest.raises(ConfigurationError, match="the seal"):
        sealer.self_test()
    return raised.value


class TestOwnAuthority:
    def test_it_is_made_once_and_kept(self, sealers):
        first, second = sealers(), sealers()
        assert first.self_test().certificate == second.self_test().certificate
        assert first.is_for_trying_out
        assert (sealers.folder / "seal").stat().st_mode & 0o077 == 0
        for name in ("authority.pem", "seal.pem"):
            assert (sealers.folder / "seal" / name).stat().st_mode & 0o077 == 0

    def test_processes_that_start_together_make_one(self, tmp_path):
        context = multiprocessing.get_context("spawn")
        with context.Pool(3) as pool:
            found = pool.map(_certificate, [str(tmp_path / "seal")] * 6, chunksize=1)
        assert len(set(found)) == 1
        assert len(x509.load_pem_x509_certificates((tmp_path / "seal/root.pem").read_bytes())) == 1

    def test_the_certificate_is_renewed_in_time_below_the_same_root(self, tmp_path):
        clock = ManualClock(NOW)
        source = OwnAuthority(tmp_path, clock)
        first = source.key()
        clock.advance(timedelta(days=730 - 91))
        assert source.key().certificate == first.certificate
        clock.advance(timedelta(days=2))
        second = source.key()
        assert second.certificate != first.certificate
        assert second.certificate.not_valid_after_utc > clock.now() + 700 * DAY
        assert second.roots == first.roots

    def test_a_new_root_is_made_in_time_and_the_old_one_stays_known(self, tmp_path):
        clock = ManualClock(NOW)
        source = OwnAuthority(tmp_path, clock)
        first = source.key()
        clock.advance(timedelta(days=7300 - 700))
        second = source.key()
        assert second.roots[1:] == first.roots
        assert second.certificate.issuer == second.roots[0].subject

    def test_one_process_takes_over_what_another_renewed(self, tmp_path):
        clock = ManualClock(NOW)
        one, other = OwnAuthority(tmp_path, clock), OwnAuthority(tmp_path, clock)
        one.key(), other.key()
        clock.advance(timedelta(days=700))
        assert one.key().certificate == other.key().certificate

    @pytest.mark.parametrize("name", ["authority.pem", "seal.pem"])
    def test_a_spoiled_file_is_told_and_not_replaced(self, sealers, name):
        sealers().self_test()
        file = sealers.folder / "seal" / name
        file.write_bytes(b"spoiled")
        found = refusal(sealers())
        assert name in found.detail
        assert "backup" in found.detail
        assert file.read_bytes() == b"spoiled"

    def test_a_folder_that_cannot_be_written_is_told(self, sealers):
        sealers.folder.parent.joinpath("data").write_text("a file")
        assert "cannot be kept there" in refusal(sealers()).detail


class TestFiles:
    @pytest.mark.parametrize("passphrase", ["", "correct horse"])
    def test_pem(self, world, sealers, passphrase):
        world.write("seal.key", world.seal.key_pem(passphrase))
        more = {"passphrase": passphrase} if passphrase else {}
        sealer = sealers(pem=pem(world, **more), trust_roots=[world.path("root.pem")])
        assert sealer.self_test().signer == "Alice's seal"
        assert not sealer.is_for_trying_out

    def test_pem_with_the_chain_behind_the_certificate(self, world, sealers):
        file = world.write("both.pem", world.seal.pem + world.authority.pem + world.root.pem)
        sealer = sealers(pem={"key": world.path("seal.key"), "certificate": file})
        assert sealer.self_test().level == "B-B"
        assert sealer.trust().roots == (world.root.certificate,)

    @pytest.mark.parametrize("private", [rsa_key(1), ec.generate_private_key(ec.SECP384R1())])
    def test_pkcs12_with_other_kinds_of_keys(self, tmp_path, sealers, private):
        world = World(tmp_path, private=private)
        file = world.write("seal.p12", world.seal.p12([world.authority, world.root], "secret"))
        sealer = sealers(pkcs12={"file": file, "passphrase": "secret"})
        assert sealer.self_test().signer == "Alice's seal"

    def test_a_renewed_certificate_is_taken_without_a_restart(self, world, sealers):
        sealer = sealers(pem=pem(world))
        first = sealer.self_test()
        renewed = entity("Alice's seal", world.authority, private=world.seal.private)
        os.utime(world.write("seal.pem", renewed.pem), ns=(1, 1))
        assert sealer.self_test().certificate != first.certificate

    def test_files_that_vanish_later_do_no_harm(self, world, sealers):
        sealer = sealers(pem=pem(world))
        first = sealer.self_test()
        Path(world.path("seal.key")).unlink()
        assert sealer.self_test().certificate == first.certificate

    @pytest.mark.parametrize("name", ["seal.key", "seal.pem", "chain.pem"])
    def test_a_file_that_is_not_there_is_told_by_name(self, world, sealers, name):
        Path(world.path(name)).unlink()
        found = refusal(sealers(pem=pem(world)))
        assert (found.code, name in found.detail) == ("seal_key_unreadable", True)

    @pytest.mark.parametrize("name", ["seal.key", "seal.pem", "chain.pem"])
    def test_a_spoiled_file_is_told_by_name(self, world, sealers, name):
        world.write(name, b"-----BEGIN NOTHING-----\n")
        assert name in refusal(sealers(pem=pem(world))).detail

    def test_a_root_that_cannot_be_read_keeps_the_hub_from_starting(self, world, sealers):
        with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
            sealers(pem=pem(world), trust_roots=[world.path("gone.pem")])

    @pytest.mark.parametrize("given", [{"passphrase": "horse"}, {}])
    def test_a_wrong_passphrase_is_told_and_not_repeated(self, world, sealers, given):
        world.write("seal.key", world.seal.key_pem("right one"))
        found = refusal(sealers(pem=pem(world, **given)))
        assert found.code == "seal_key_passphrase"
        file = world.write("seal.p12", world.seal.p12([], "right one"))
        found = refusal(sealers(pkcs12={"file": file, **given}))
        assert found.code == "seal_key_passphrase"
        assert "horse" not in found.detail

    def test_a_certificate_of_another_key_is_told(self, world, sealers):
        world.write("seal.pem", entity("Bob's seal", world.authority).pem)
        assert refusal(sealers(pem=pem(world))).code == "seal_key_mismatch"

    def test_a_chain_that_leads_elsewhere_does_not_pass_the_self_test(self, world, sealers):
        stranger = world.write("stranger.pem", entity("Stranger", ca=1).pem)
        with pytest.raises(ConfigurationError, match="leads to no trusted root"):
            sealers(pem=pem(world), trust_roots=[stranger]).self_test()


class TestClock:
    def test_a_clock_before_the_certificate_is_told(self, world, sealers):
        early = world.seal.certificate.not_valid_before_utc - DAY
        found = refusal(sealers(pem=pem(world), at=early))
        assert found.code == "seal_certificate_not_yet_valid"
        assert "correct the clock" in found.detail

    def test_an_expired_certificate_is_told(self, world, sealers):
        late = world.seal.certificate.not_valid_after_utc + DAY
        found = refusal(sealers(pem=pem(world), at=late))
        assert found.code == "seal_certificate_expired"

    def test_an_own_certificate_from_the_future_is_kept(self, sealers):
        """A clock that was set back is wrong, not the certificate."""
        kept = sealers(at=NOW).self_test().certificate
        assert refusal(sealers(at=NOW - 30 * DAY)).code == "seal_certificate_not_yet_valid"
        assert sealers(at=NOW).self_test().certificate == kept


class TestToken:
    @pytest.fixture
    def token(self, tmp_path, monkeypatch, world):
        """A token of SoftHSM with Alice's key and certificate on it."""
        (tmp_path / "tokens").mkdir()
        text = f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n"
        (tmp_path / "softhsm.conf").write_text(text)
        monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
        softhsm("--init-token", "--free", "--label", "paraph", "--so-pin", "0000", "--pin", "1234")
        key = ["--import", world.path("seal.key"), "--label", "alice", "--id", "a1"]
        softhsm(*key, "--token", "paraph", "--pin", "1234")
        return {
            "module": find_module(),
            "token": "paraph",
            "pin": "1234",
            "key": "alice",
            "certificate": world.write("all.pem", world.seal.pem + world.authority.pem),
        }

    def test_a_token_seals_and_is_told_apart(self, token, tmp_path):
        """In a process of its own: the module reads its settings once in a process."""
        assert find_module()
        told = in_process("work", token, tmp_path)
        assert told == "Alice's seal True"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"pin": "9999"}, "seal_token_pin"),
            ({"token": "other"}, "seal_token_unavailable"),
            ({"key": "bob"}, "seal_key_unreadable"),
            ({"module": "/nowhere/lib.so"}, "seal_token_unavailable"),
        ],
    )
    def test_what_a_token_refuses_is_told(self, token, tmp_path, change, code):
        assert in_process("refuse", {**token, **change}, tmp_path) == code


def softhsm(*arguments):
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def in_process(what, token, folder):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_token, (what, token, str(folder)))


def _with_token(what, token, folder):

    sealer = Sealer(SealSettings(pkcs11=Pkcs11Key(**token)), Path(folder), SystemClock())
    try:
        report = sealer.self_test()
        again = [check_pdf(sealer.seal(offer()).content, sealer.trust()).ok for _ in range(3)]
        return f"{report.signer} {all(again)}"
    except ConfigurationError as error:
        try:
            sealer.seal(offer())
        except KeyUnusable as unusable:
            return unusable.code
        return str(error)


def _certificate(folder):

    return OwnAuthority(Path(folder), SystemClock()).key().certificate.serial_number

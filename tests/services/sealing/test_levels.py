"""What is sealed at each level passes our check and those of others."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.kernel.errors import Unfit
from hub.services.sealing import check_pdf
from tests.services.sealing.samples import encrypted, offer, signed_by_another

LEVELS = ("B-B", "B-T", "B-LTA")
PYHANKO = Path(sys.executable).with_name("pyhanko")


@pytest.fixture(params=LEVELS)
def level(request):
    return request.param


@pytest.fixture
def sealer(sealers, stamps, level):
    return sealers(level=level, **stamps.settings)


@pytest.fixture
def sealed(sealer, tmp_path):
    """A sealed offer and its file."""
    made = sealer.seal(offer(), "Offer 7")
    (tmp_path / "sealed.pdf").write_bytes(made.content)
    return made


def test_a_sealed_document_passes_the_check(sealer, sealed, level):
    verdict = check_pdf(sealed.content, sealer.trust())
    assert (verdict.ok, verdict.word, verdict.problems) == (True, "", ())
    assert verdict.level == level == sealed.level == sealed.report.level
    assert verdict.signer == "Paraph seal, for trying out" == sealed.report.signer
    assert verdict.sealed_at == sealed.report.claimed_at
    assert verdict.authority == ("" if level == "B-B" else "Sandbox time stamps")
    assert (verdict.stamped_at is None) == (level == "B-B")
    assert not sealed.report.downgraded


def test_the_document_is_only_added_to(sealed):
    assert sealed.content.startswith(offer())


def test_it_is_certified_and_allows_no_change(sealed):
    reader = PdfFileReader(BytesIO(sealed.content))
    seal = reader.embedded_regular_signatures[0]
    assert seal.docmdp_level.value == 1
    assert seal.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert seal.sig_object["/Reason"] == "Offer 7"
    assert seal.md_algorithm == "sha256"
    assert seal.sig_field["/Rect"] == [0, 0, 0, 0]


def test_the_time_of_signing_is_what_is_said(sealer):
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=3)
    made = sealer.seal(offer(), at=at)
    assert check_pdf(made.content, sealer.trust()).sealed_at == at


def test_poppler_accepts_it(sealed, tmp_path):
    command = ["pdfsig", "-nocert", str(tmp_path / "sealed.pdf")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    first, *more = re.split(r"Signature #\d+:", told)[1:]
    assert "Signature is Valid" in first
    assert "ETSI.CAdES.detached" in first
    assert "Total document signed" in (more or [first])[-1]


def test_pyhanko_accepts_it(sealed, stamps, sealers, tmp_path):
    roots = [sealers.folder / "seal" / "root.pem", stamps.authority.root]
    trust = [part for root in roots for part in ("--trust", str(root))]
    command = [str(PYHANKO), "sign", "validate", *trust, "--trust-replace"]
    command += ["--no-revocation-check", "--pretty-print", str(tmp_path / "sealed.pdf")]
    told = subprocess.run(command, capture_output=True, text=True)
    assert "The signature is judged VALID" in told.stdout, told
    assert told.returncode == 0


def test_openssl_accepts_the_signature(sealed, sealers, tmp_path):
    seal = PdfFileReader(BytesIO(sealed.content)).embedded_regular_signatures[0]
    _, before, after, length = seal.byte_range
    covered = sealed.content[:before] + sealed.content[after : after + length]
    (tmp_path / "covered").write_bytes(covered)
    signature = cms.ContentInfo.load(seal.pkcs7_content)  # its own zeros at the end stay
    (tmp_path / "cms.der").write_bytes(signature.dump())
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "cms.der", "-binary"]
    command += ["-content", "covered", "-purpose", "any", "-out", "out"]
    command += ["-CAfile", str(sealers.folder / "seal" / "root.pem")]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "CMS Verification successful" in told.stderr
    assert (tmp_path / "out").read_bytes() == covered


def test_a_level_above_needs_no_network_to_check_for_others(sealers, stamps, tmp_path):
    """pyHanko's check with revocation, from what the document carries alone."""
    sealed = sealers(level="B-LTA", **stamps.settings).seal(offer())
    (tmp_path / "sealed.pdf").write_bytes(sealed.content)
    roots = [sealers.folder / "seal" / "root.pem", stamps.authority.root]
    trust = [part for root in roots for part in ("--trust", str(root))]
    command = [str(PYHANKO), "sign", "adesverify", *trust, "--trust-replace"]
    told = subprocess.run(
        [*command, "--executive-summary", str(tmp_path / "sealed.pdf")],
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip().endswith(":VALID"), told


def test_openssl_accepts_both_time_stamps(sealers, stamps, tmp_path):
    sealed = sealers(level="B-LTA", **stamps.settings).seal(offer())
    reader = PdfFileReader(BytesIO(sealed.content))
    seal, document = (
        reader.embedded_regular_signatures[0],
        reader.embedded_timestamp_signatures[0],
    )
    attributes = {
        one["type"].native: one["values"][0] for one in seal.signer_info["unsigned_attrs"]
    }
    _, before, after, length = document.byte_range
    covered = sealed.content[:before] + sealed.content[after : after + length]
    tokens = {
        seal.signer_info["signature"].native: attributes["signature_time_stamp_token"].dump(),
        covered: cms.ContentInfo.load(document.pkcs7_content).dump(),
    }
    for data, token in tokens.items():
        (tmp_path / "stamped").write_bytes(data)
        (tmp_path / "token").write_bytes(token)
        command = ["openssl", "ts", "-verify", "-data", "stamped", "-in", "token", "-token_in"]
        command += ["-CAfile", str(stamps.authority.root)]
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert "Verification: OK" in told.stdout, told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_pdf"),
        (b"%PDF-1.7\nnothing", "not_a_pdf"),
        (b"\x89PNG\r\n", "not_a_pdf"),
        (encrypted(offer()), "encrypted"),
    ],
    ids=["empty", "cut", "picture", "encrypted"],
)
def test_what_is_no_open_pdf_is_not_sealed(sealers, content, code):
    with pytest.raises(Unfit) as refused:
        sealers().seal(content)
    assert refused.value.code == code


def test_what_was_sealed_is_not_sealed_again(sealers):
    once = sealers().seal(offer())
    with pytest.raises(Unfit) as refused:
        sealers().seal(once.content)
    assert refused.value.code == "already_sealed"


def test_what_another_signed_keeps_that_signature_below_the_seal(sealers):
    sealer = sealers()
    sealed = sealer.seal(signed_by_another(offer()))
    assert check_pdf(sealed.content, sealer.trust()).ok
    other, seal = PdfFileReader(BytesIO(sealed.content)).embedded_regular_signatures
    assert (other.field_name, seal.docmdp_level) == ("Other", None)
    other.compute_integrity_info()
    assert other.diff_result.modification_level.name in ("LTA_UPDATES", "FORM_FILLING")


def test_a_thread_with_a_running_loop_seals_and_checks_as_well(sealers):
    sealer = sealers(level="B-B")

    async def inside():
        made = sealer.seal(offer(), "Offer 7")
        return check_pdf(made.content, sealer.trust())

    with ThreadPoolExecutor(1) as pool:  # a browser's test leaves a loop running in this one
        assert pool.submit(lambda: asyncio.run(inside())).result().ok

"""What makes the sealed PDF a PDF/A-3b, as far as its structure tells; a program that checks all of
ISO 19005-3 is not at hand."""

from __future__ import annotations

import io
import re

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.kernel.clock import SystemClock
from hub.services.sealing import Sealer
from hub.settings import SealSettings
from hub.settings.seal import PemKey
from tests.services.evidence import cases
from tests.services.evidence.authority import authority
from tests.services.evidence.spoilt_pdfs import in_the_padding
from tests.services.sealing.authorities import NEW_KEYS, World

KEYS = {"own": None, **NEW_KEYS}


@pytest.fixture(scope="module")
def unsealed():
    return cases.unsealed_offer()


@pytest.fixture(params=KEYS)
def sealed(request, unsealed, tmp_path):
    """The case's PDF, sealed with a key of each kind."""
    settings = SealSettings()
    if make := KEYS[request.param]:
        world = World(tmp_path, private=make())
        pem = PemKey(
            key=world.path("seal.key"),
            certificate=world.path("seal.pem"),
            chain=world.path("chain.pem"),
        )
        settings = SealSettings(pem=pem)
    sealer = Sealer(settings, tmp_path / "data", SystemClock())
    yield sealer.seal(unsealed).content
    sealer.close()


def test_its_version_is_that_of_pdf_a_3(sealed):
    root = PdfFileReader(io.BytesIO(sealed)).root
    assert re.match(rb"%PDF-1\.7\n%[\x80-\xff]{2}", sealed)
    assert "/Version" not in root
    assert list(root["/Extensions"]) == ["/ESIC"]


def test_its_metadata_say_so_without_compression(sealed):
    stream = PdfFileReader(io.BytesIO(sealed)).root["/Metadata"]
    assert "/Filter" not in stream
    assert b'pdfaid:part="3"' in stream.data
    assert b'pdfaid:conformance="B"' in stream.data


def test_its_colours_have_a_profile(sealed):
    intents = PdfFileReader(io.BytesIO(sealed)).root["/OutputIntents"]
    assert len(intents) == 1
    intent = intents[0]
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"]["/N"] == 3


def test_every_embedded_file_says_what_it_is_for(sealed):
    root = PdfFileReader(io.BytesIO(sealed)).root
    names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    listed = [names.raw_get(at).reference for at in range(1, len(names), 2)]
    assert [root["/AF"].raw_get(at).reference for at in range(len(listed))] == listed
    for at in range(len(listed)):
        file = root["/AF"][at]
        assert file["/AFRelationship"] == "/Data"
        assert file["/F"] == file["/UF"]
        assert file["/EF"]["/F"]["/Subtype"] == "/application/json"


def test_the_seal_has_no_form_that_acts_and_its_field_is_kept_in_print(sealed):
    root = PdfFileReader(io.BytesIO(sealed)).root
    form = root["/AcroForm"]
    assert not {"/XFA", "/NeedAppearances"} & set(form)
    field = form["/Fields"][0]
    assert (list(field["/Rect"]), field["/F"] & 0b100111) == ([0, 0, 0, 0], 0b100)
    assert list(root["/Perms"]) == ["/DocMDP"]
    assert not {"/OpenAction", "/AA", "/OCProperties", "/Collection"} & set(root)


def test_what_is_no_pdf_a_does_not_call_itself_one_after_sealing():
    pdf = cases.offer_pdf(2, standard="")
    assert b"pdfaid" not in authority().seal(pdf).content


def test_a_byte_in_the_room_behind_the_signature_cannot_be_changed():
    sealed = authority().seal(cases.offer_pdf(2)).content
    assert authority().check(sealed).ok
    verdict = authority().check(in_the_padding(sealed))
    assert (verdict.ok, verdict.word) == (False, "rewritten")

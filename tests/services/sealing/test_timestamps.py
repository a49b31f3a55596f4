"""What an authority may do wrong, and what becomes of the document then."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pytest_httpserver import HTTPServer
from werkzeug import Response

from hub.kernel.clock import SystemClock
from hub.kernel.errors import ConfigurationError, Retryable
from hub.sandbox.ports import calm_port
from hub.services.sealing import NoTimeStamp, check_pdf
from hub.services.sealing.revocation import Revocations, RevocationSource
from hub.services.sealing.stamps import Stamper
from hub.toolkit.http import HttpClient
from tests.services.sealing.authorities import DAY, World, entity, revocation_list
from tests.services.sealing.samples import offer

CODES = {
    "unavailable": "timestamp_unavailable",
    "slow": "timestamp_unavailable",
    "refuses": "timestamp_refused",
    "garbage": "timestamp_unreadable",
    "wrong_imprint": "timestamp_wrong",
    "wrong_clock": "timestamp_clock",
}


@pytest.fixture(params=["B-T", "B-LTA"])
def level(request):
    return request.param


@pytest.fixture
def patient(monkeypatch):
    """A sealer that waits half a second instead of ten."""
    client = HttpClient("", timeout=(0.5, 0.5), hosts=4)
    monkeypatch.setattr("hub.services.sealing.sealer._http", lambda url: client)
    return client


@pytest.mark.parametrize("fault", CODES)
def test_without_a_time_stamp_the_document_waits(sealers, stamps, patient, level, fault):
    sealer = sealers(level=level, **stamps.settings)
    stamps.authority.switches.switch_on(fault, seconds=2)
    with pytest.raises(NoTimeStamp) as raised:
        sealer.seal(offer())
    assert isinstance(raised.value, Retryable)
    assert raised.value.code == CODES[fault]
    with pytest.raises(NoTimeStamp):
        sealer.self_test()
    stamps.authority.reset()
    assert sealer.seal(offer()).level == level


@pytest.mark.parametrize("fault", CODES)
def test_a_downgrade_is_made_only_where_it_is_asked_for_and_told(
    sealers, stamps, patient, level, fault
):
    sealer = sealers(level=level, when_unavailable="downgrade", **stamps.settings)
    stamps.authority.switches.switch_on(fault, seconds=2)
    sealed = sealer.seal(offer())
    report = sealed.report
    assert (sealed.level, report.level, report.wanted) == ("B-B", "B-B", level)
    assert (report.downgraded, report.missing) == (True, CODES[fault])
    assert report.stamped_at is None
    verdict = check_pdf(sealed.content, sealer.trust())
    assert (verdict.ok, verdict.level, verdict.stamped_at) == (True, "B-B", None)


def test_an_authority_that_fails_midway_leaves_nothing_half_done(sealers, stamps):
    """The second of the two time stamps of B-LTA."""
    sealer = sealers(level="B-LTA", **stamps.settings)
    sealer.self_test()
    stamps.authority.switches.on_call = _unavailable_from_the(2, stamps.authority.switches)
    with pytest.raises(NoTimeStamp):
        sealer.seal(offer())
    stamps.authority.switches.on_call = None


def test_an_authority_that_is_not_there_is_told(sealers, stamps):
    settings = {**stamps.settings, "timestamp_url": f"http://127.0.0.1:{calm_port()}/"}
    with pytest.raises(NoTimeStamp, match="cannot be reached"):
        sealers(level="B-T", **settings).seal(offer())


def test_an_authority_below_another_root_is_not_taken(sealers, stamps, world):
    settings = {**stamps.settings, "timestamp_roots": [world.path("root.pem")]}
    with pytest.raises(NoTimeStamp) as raised:
        sealers(level="B-T", **settings).seal(offer())
    assert raised.value.code == "timestamp_untrusted"


def test_roots_that_cannot_be_read_keep_the_hub_from_starting(sealers, stamps):
    settings = {**stamps.settings, "timestamp_roots": ["/nowhere/root.pem"]}
    with pytest.raises(ConfigurationError, match=r"/nowhere/root\.pem"):
        sealers(level="B-T", **settings)


def test_each_time_stamp_answers_its_own_request(stamps):
    """A replayed answer has another nonce."""
    roots = x509.load_pem_x509_certificates(stamps.authority.root.read_bytes())
    client = HttpClient(stamps.url)
    stamper = Stamper(stamps.url, roots, client, SystemClock())
    call, kept = client.call, []

    def replaying(*arguments, **options):
        kept.append(kept[0] if kept else call(*arguments, **options))
        return kept[-1]

    client.call = replaying
    stamper.meet()
    stamper._dummy_response_cache.clear()
    with pytest.raises(NoTimeStamp, match="another request"):
        stamper.meet()
    client.close()


def test_the_authority_is_asked_once_for_each_time_stamp(sealers, stamps):
    """The first time once more, to see how long its stamps are."""
    counts = []
    sealer = sealers(level="B-LTA", **stamps.settings)
    for _ in range(2):
        before = stamps.authority.switches.calls().get("stamp", 0)
        sealer.seal(offer())
        counts.append(stamps.authority.switches.calls()["stamp"] - before)
    assert counts == [3, 2]


class TestRevocation:
    @pytest.fixture
    def world(self, tmp_path, httpserver: HTTPServer):
        return World(tmp_path, list_url=httpserver.url_for("/list.crl"))

    @pytest.fixture
    def sealer(self, world, stamps, sealers):
        files = {"key": world.path("seal.key"), "certificate": world.path("seal.pem")}
        files["chain"] = world.path("chain.pem")
        roots = [world.path("root.pem")]
        return sealers(level="B-LTA", pem=files, trust_roots=roots, **stamps.settings)

    def test_a_seal_for_long_carries_the_list(self, world, sealer, httpserver):
        httpserver.expect_request("/list.crl").respond_with_data(revocation_list(world.authority))
        content = sealer.seal(offer()).content
        sealer.seal(offer())
        assert len(httpserver.log) == 1  # kept for an hour
        assert check_pdf(content, sealer.trust()).ok

    def test_a_list_in_pem_will_do(self, world, sealer, httpserver):
        known = x509.load_der_x509_crl(revocation_list(world.authority))
        text = known.public_bytes(Encoding.PEM)
        httpserver.expect_request("/list.crl").respond_with_data(text)
        assert sealer.seal(offer()).level == "B-LTA"

    def test_a_list_that_is_not_to_be_had_keeps_the_document_waiting(self, sealer, httpserver):
        httpserver.expect_request("/list.crl").respond_with_response(Response(status=500))
        with pytest.raises(NoTimeStamp) as raised:
            sealer.seal(offer())
        assert raised.value.code == "revocation_unknown"

    def test_a_revoked_certificate_seals_nothing(self, world, sealer, httpserver, now):
        known = revocation_list(world.authority, (world.seal, now - DAY))
        httpserver.expect_request("/list.crl").respond_with_data(known)
        with pytest.raises(Retryable) as raised:
            sealer.seal(offer())
        assert raised.value.code == "seal_certificate_revoked"

    def test_an_authority_that_declares_nothing_is_asked_nothing(self):
        root = entity("Root", ca=0)
        source = RevocationSource(HttpClient(""), SystemClock())
        chain = [entity("Alice", root).certificate, root.certificate]
        assert source.collect(chain) == Revocations()


def _unavailable_from_the(number, switches):
    seen = []

    def told(moment, operation):
        if moment == "before":
            seen.append(operation)
            if len(seen) >= number:
                switches.switch_on("unavailable", times=1)

    return told

"""Documents and proofs are made in processes of their own, which may die, and end when they are not
needed; errors come back as what they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from hub.kernel.clock import ManualClock, SystemClock
from hub.kernel.errors import ConfigurationError, Permanent, Retryable, Unfit
from hub.services.evidence.seals import checker
from hub.services.evidence.verifying import verify
from hub.services.making import maker as makers
from hub.services.making.maker import Maker, Pools, pools, tried_seal
from hub.services.sealing import Trust
from hub.services.typeset.press import typeset
from hub.settings import HubSettings, SealSettings
from hub.settings.seal import PemKey
from tests.services.evidence import cases
from tests.services.typeset import made

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"typst", "pyhanko", "pikepdf", "pypdfium2", "PIL", "obstore", "zeep", "rich"}


def hub_settings(folder, **seal):
    return HubSettings(
        public_url="https://hub.example", data_folder=str(folder), seal=SealSettings(**seal)
    )


@pytest.fixture
def house(tmp_path):
    """Settings, and a maker by them."""
    settings = hub_settings(tmp_path)
    maker = Maker(settings, SystemClock(), pools(settings))
    yield maker
    maker.close()


def pids(maker):
    return maker._pools.setting.pids | maker._pools.proving.pids


def test_a_document_is_as_if_it_was_set_here(house):
    assert pids(house) == set()
    assert house.typeset("offer", made.sheet()) == typeset("offer", made.sheet())
    assert len(pids(house)) == 1


def test_a_proof_verifies_and_says_how_it_was_sealed(house, tmp_path):
    proof = house.prove(cases.offer_case())
    trust = Trust.read([tmp_path / "seal" / "root.pem"], [])
    verdict = verify(proof.bundle, checker(trust))
    assert (verdict.ok, proof.level) == (True, "B-B")
    assert proof.pdf.startswith(b"%PDF-1.7")
    assert proof.report["wanted"] == "B-B"
    assert proof.report["downgraded"] is False
    assert datetime.fromisoformat(proof.report["claimed_at"]).tzinfo is not None


def test_the_time_is_the_one_of_who_asks(tmp_path):
    settings = hub_settings(tmp_path)
    at = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
    maker = Maker(settings, ManualClock(at), pools(settings))
    try:
        assert datetime.fromisoformat(maker.prove(cases.offer_case()).report["claimed_at"]) == at
    finally:
        maker.close()


def test_what_does_not_fit_comes_back_with_its_words(house):
    line = {**made.LINES[0], "quantity": "many"}
    with pytest.raises(Unfit) as here:
        typeset("offer", made.sheet(lines=(line,), accepted=frozenset()))
    with pytest.raises(Unfit) as there:
        house.typeset("offer", made.sheet(lines=(line,), accepted=frozenset()))
    told = [(one.value.code, one.value.detail, one.value.values) for one in (here, there)]
    assert told[0] == told[1]
    with pytest.raises(ConfigurationError, match="invoice"):
        house.typeset("invoice", made.sheet())


def test_a_case_that_contradicts_itself_comes_back_as_final(house):
    case = cases.offer_case()
    bad = replace(case, documents=(replace(case.documents[0], content=b"no PDF"),))
    with pytest.raises(Permanent):
        house.prove(bad)


def test_a_fault_of_the_program_is_told_by_its_name_and_the_next_one_is_made(house):
    with pytest.raises(RuntimeError, match="TypeError while making"):
        house._made(house._pools.setting, "typeset", "offer")
    assert house.typeset("offer", made.sheet()).startswith(b"%PDF")


def test_a_process_that_was_killed_is_replaced_unnoticed(house):
    first = house.typeset("offer", made.sheet())
    (killed,) = pids(house)
    os.kill(killed, signal.SIGKILL)
    assert house.typeset("offer", made.sheet()) == first
    assert pids(house) != {killed}


def test_a_process_that_sticks_is_ended_and_it_is_tried_later(house, monkeypatch):
    house.typeset("offer", made.sheet())
    (stuck,) = pids(house)
    monkeypatch.setattr(makers, "_PATIENCE", 0.3)
    os.kill(stuck, signal.SIGSTOP)
    with pytest.raises(Retryable, match="took too long"):
        house.typeset("offer", made.sheet())
    assert not psutil.pid_exists(stuck)


def test_two_are_made_at_once_and_more_wait(house):
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: house.typeset("offer", made.sheet()), range(12)))
    assert len(set(found)) == 1
    assert 1 <= len(pids(house)) <= makers.AT_ONCE


def test_closing_ends_them_and_whoever_comes_later_is_put_off(house):
    house.typeset("offer", made.sheet())
    (last,) = pids(house)
    house.close()
    assert not psutil.pid_exists(last)
    with pytest.raises(Retryable, match="ending"):
        house.typeset("offer", made.sheet())


def test_a_wrong_pin_is_not_tried_again_by_another_process(tmp_path, monkeypatch):
    asked = []

    class Token:
        def ask(self, *arguments, **named):
            asked.append(arguments)
            told = {"code": "seal_token_pin", "detail": "the PIN", "customer": "Later."}
            return {"error": "Retryable", **told}, []

    maker = Maker(hub_settings(tmp_path), SystemClock(), Pools(Token(), Token()))
    for _ in range(3):
        with pytest.raises(Retryable, match="the PIN") as refused:
            maker.prove(cases.offer_case())
        assert refused.value.code == "seal_token_pin"
    assert len(asked) == 1


def test_the_trial_leaves_no_process_and_tells_what_is_missing(tmp_path, stamps):
    mine = psutil.Process()
    before = {one.pid for one in mine.children()}
    stamped = {"level": "B-T", "timestamp_url": stamps.url}
    stamped["timestamp_roots"] = tuple(stamps.settings["timestamp_roots"])
    settings = hub_settings(tmp_path, **stamped)
    assert tried_seal(settings, SystemClock()) == ""
    stamps.authority.switches.switch_on("unavailable")
    assert "time-stamp authority" in tried_seal(settings, SystemClock())
    assert {one.pid for one in mine.children()} == before


def test_a_key_that_cannot_be_read_keeps_the_hub_from_starting(tmp_path):
    settings = hub_settings(tmp_path, pem=PemKey(key="/no/key.pem", certificate="/no/own.pem"))
    with pytest.raises(ConfigurationError, match=r"/no/.*\.pem: cannot be read"):
        tried_seal(settings, SystemClock())


def test_it_ends_when_its_hub_is_gone():
    ending = subprocess.run(
        [sys.executable, "-m", "hub.services.making.process", "INFO", "json"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert (ending.returncode, ending.stdout, ending.stderr) == (0, b"", b"")


def test_an_interrupt_at_the_terminal_is_for_the_hub_alone(house):
    house.typeset("offer", made.sheet())
    (one,) = pids(house)
    os.kill(one, signal.SIGINT)
    house.typeset("offer", made.sheet())
    assert pids(house) == {one}


def test_a_hub_without_documents_loads_nothing_of_them():
    asked = f"import sys, hub.app, hub.worker; print(*sorted({HEAVY!r} & {{*sys.modules}}))"
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == []

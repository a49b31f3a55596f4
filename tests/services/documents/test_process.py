"""Hostile files are opened in a process that has bounds, knows nothing and may die; the hub goes
on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.kernel.errors import Retryable, Unfit
from hub.services.apart import child as children
from hub.services.documents.inspection import Inspector
from hub.services.documents.refusals import REFUSALS
from hub.services.documents.shapes import Limits
from tests.services.documents import made
from tests.services.documents.refused import REFUSED

EXAMPLES = int(os.environ.get("PARAPH_PAPER_EXAMPLES", "60"))
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def own():
    inspector = Inspector(Limits(seconds=2, memory=500_000_000), at_once=1)
    yield inspector
    inspector.close()


def pid(inspector):
    (one,) = inspector.pids
    return one


def answer(inspector, content, name=None):
    """What came of it, as a word."""
    try:
        if name is None:
            inspector.inspect_pdf(content)
        else:
            inspector.inspect_attachment(content, name)
    except Unfit as error:
        return error.code if error.code in REFUSALS else f"a code without words: {error.code}"
    return "fit"


def test_nothing_is_started_before_there_is_something_to_look_at(own):
    assert own.pids == set()
    own.inspect_pdf(made.pdf())
    first = pid(own)
    own.inspect_pdf(made.offer(1))
    assert pid(own) == first


def test_a_file_that_takes_too_much_time_is_refused(own):
    assert answer(own, made.bomb(100_000_000)) == "too_heavy"
    assert answer(own, made.pdf()) == "fit"


def test_a_file_that_takes_too_much_memory_is_refused(own):
    assert answer(own, made.bomb(450_000_000)) == "too_heavy"
    assert answer(own, made.pdf()) == "fit"


def test_pictures_that_are_too_large_together_are_refused():
    inspector = Inspector(Limits(output=50_000))
    try:
        assert answer(inspector, made.offer(1)) == "fit"
        assert answer(inspector, made.offer(3)) == "too_heavy"
    finally:
        inspector.close()


def test_a_process_that_sticks_is_ended_and_the_file_tried_later(own, monkeypatch):
    own.inspect_pdf(made.pdf())
    monkeypatch.setattr("hub.services.documents.inspection._SLOWER", 0)
    monkeypatch.setattr("hub.services.documents.inspection._BEGINNING", 0.3)
    os.kill(stuck := pid(own), signal.SIGSTOP)
    with pytest.raises(Retryable):
        own.inspect_pdf(made.pdf())
    assert not psutil.pid_exists(stuck)


def test_a_process_that_somebody_killed_is_replaced(own):
    own.inspect_pdf(made.pdf())
    os.kill(killed := pid(own), signal.SIGKILL)
    assert len(own.inspect_pdf(made.pdf()).pages) == 1
    assert pid(own) != killed


def test_a_file_is_blamed_only_when_a_new_process_dies_of_it_too(own, monkeypatch):
    own.inspect_pdf(made.pdf())
    asked = []
    real = children.Child.ask

    def dying(self, *arguments, **bounds):
        asked.append(self.pid)
        os.kill(self.pid, signal.SIGSEGV)
        return real(self, *arguments, **bounds)

    monkeypatch.setattr(children.Child, "ask", dying)
    assert answer(own, made.pdf()) == "too_heavy"
    assert len(set(asked)) == 2


def test_no_process_can_be_started_is_no_fault_of_the_file(own, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(Retryable, match="no process"):
        own.inspect_pdf(made.pdf())


def test_it_is_replaced_after_a_hundred_files(own, monkeypatch):
    monkeypatch.setattr(own._pool, "_uses", 2)
    own.inspect_pdf(made.pdf())
    first = pid(own)
    own.inspect_pdf(made.pdf())
    own.inspect_pdf(made.pdf())
    assert pid(own) != first
    assert not psutil.pid_exists(first)


def test_it_knows_no_secret_and_writes_no_file(own, monkeypatch):
    monkeypatch.setenv("PARAPH_SECRET_KEY", "a secret key that nobody may know")
    own.inspect_pdf(made.pdf())
    process = psutil.Process(pid(own))
    assert set(process.environ()) <= {"LANG", "LC_CTYPE"}
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert "Max file size             0" in limits
    assert "Max core file size        0" in limits


def test_closing_ends_the_processes_and_whoever_comes_later_is_put_off(own):
    own.inspect_pdf(made.pdf())
    last = pid(own)
    own.close()
    own.close()
    assert not psutil.pid_exists(last)
    with pytest.raises(Retryable, match="ending"):
        own.inspect_pdf(made.pdf())


def test_closing_does_not_wait_for_a_file_that_is_being_looked_at(own):
    with ThreadPoolExecutor(1) as pool:
        own.inspect_pdf(made.pdf())
        os.kill(pid(own), signal.SIGSTOP)
        waiting = pool.submit(own.inspect_pdf, made.pdf())
        own.close()
        with pytest.raises(Retryable):
            waiting.result(timeout=20)


def test_it_ends_when_its_hub_is_gone():
    ending = subprocess.run(
        [sys.executable, "-m", "hub.services.documents.process"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert (ending.returncode, ending.stdout, ending.stderr) == (0, b"", b"")


def test_many_threads_may_ask(inspector):
    files = [made.pdf(), made.offer(1), REFUSED["signed"][1]] * 6
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda content: answer(inspector, content), files))
    assert found == ["fit", "fit", "signed"] * 6
    assert len(inspector.pids) <= 2


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]),
)
def test_garbage_is_answered(inspector, content, head):
    assert answer(inspector, head + content) in ("not_pdf", "broken")
    assert answer(inspector, head + content, "x.pdf") in ("fit", "broken", "broken_image")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["plain", "offer", "signed", "a field", "picture"]),
    st.randoms(use_true_random=False),
)
def test_a_good_file_that_was_spoilt_is_answered(inspector, name, chance):
    good = {"plain": made.pdf(), "offer": made.offer(1), "picture": made.picture("JPEG")}
    content = spoilt(good[name] if name in good else REFUSED[name][1], chance)
    assert answer(inspector, content) in ("fit", *REFUSALS)
    assert answer(inspector, content, "x") in ("fit", *REFUSALS)


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out or doubled."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(found))
        match chance.randrange(3):
            case 0:
                found[at] = chance.randrange(256)
            case 1:
                del found[at : at + chance.randint(1, 30)]
            case _:
                found[at:at] = found[at : at + chance.randint(1, 30)]
    return bytes(found)

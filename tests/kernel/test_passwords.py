"""Passwords of what is shared by a link: kept as costly hashes, compared few at once."""

from __future__ import annotations

import threading
import time

import pytest

from hub.kernel import passwords
from hub.kernel.errors import Unfit


def test_a_password_is_kept_as_an_argon2id_hash_of_the_named_cost() -> None:
    kept = passwords.hashed("correct horse")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert kept != passwords.hashed("correct horse")  # each has a salt of its own
    assert passwords.matches(kept, "correct horse")
    assert not passwords.matches(kept, "Correct horse")


@pytest.mark.parametrize("given", [" correct  horse\n", "correct\u00a0horse"])
def test_blanks_may_be_typed_otherwise(given: str) -> None:
    assert passwords.matches(passwords.hashed("correct horse"), given)


def test_accents_may_be_spelled_otherwise() -> None:
    assert passwords.matches(
        passwords.hashed("bl\u00e5b\u00e6r og gr\u00f8d"), "bla\u030ab\u00e6r og gr\u00f8d"
    )


@pytest.mark.parametrize("given", ["", "x", "nobodys salt here", "\ud800"])
def test_nothing_is_the_password_of_nothing_and_it_takes_as_long(given: str) -> None:
    begun = time.thread_time()
    assert not passwords.matches("", given)
    assert time.thread_time() - begun > 0.005  # a hash of 19 MiB, and no way past it


def test_what_is_no_hash_matches_nothing() -> None:
    assert not passwords.matches("correct horse", "correct horse")


def test_while_as_many_as_may_be_are_compared_another_one_is_asked_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0)
    kept, inside, leave = (
        passwords.hashed("correct horse"),
        threading.Semaphore(0),
        threading.Event(),
    )

    def hold() -> None:
        with passwords._turn(None):
            inside.release()
            leave.wait()

    others = [threading.Thread(target=hold) for _ in range(passwords.AT_ONCE)]
    for one in others:
        one.start()
        inside.acquire()
    with pytest.raises(Unfit) as caught:
        passwords.matches(kept, "correct horse")
    assert caught.value.code == "busy"
    leave.set()
    for one in others:
        one.join()
    assert passwords.matches(kept, "correct horse")

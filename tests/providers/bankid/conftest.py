"""One running sandbox for a module's tests, emptied before each of them."""

from __future__ import annotations

import pytest

from tests.providers.bankid.bankid_driver import ALICE, BankIdDriver, make_sandbox
from tests.providers.bankid.forger import Forger
from tests.providers.bankid.relying_party import RelyingParty


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory):
    sandbox = make_sandbox(tmp_path_factory.mktemp("bankid"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running_sandbox):
    running_sandbox.reset()
    running_sandbox.on_call = None
    yield running_sandbox
    running_sandbox.on_call = None


@pytest.fixture
def driver(sandbox):
    return BankIdDriver(sandbox)


@pytest.fixture
def provider(driver):
    made = driver.provider()
    yield made
    made.close()


@pytest.fixture
def party(sandbox):
    made = RelyingParty(sandbox)
    yield made
    made.http.close()


@pytest.fixture
def task(driver):
    return driver.task()


@pytest.fixture
def done(driver, provider, task):
    """Alice's signature as it was collected."""
    return driver.signed(provider, task, ALICE)


@pytest.fixture
def forger(driver, provider, task, done):
    return Forger(driver, provider, task, done)

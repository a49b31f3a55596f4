"""One running sandbox for a module's tests, emptied before each of them."""

from __future__ import annotations

import pytest

from tests.providers.bankid.bankid_driver import BankIdDriver, make_sandbox


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

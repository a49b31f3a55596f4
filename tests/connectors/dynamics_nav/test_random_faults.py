"""Whatever breaks and however often: in the end the ERP holds each effect once."""

from __future__ import annotations

import random

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.records import Attach, Create, Note, Update
from hub.kernel.errors import MalformedAnswer, OutcomeUnknown, Retryable
from hub.toolkit.gate import Fault
from tests.connectors.dynamics_nav.driver import SoapDriver
from tests.connectors.dynamics_nav.driver_api import ApiDriver, OwnApiDriver
from tests.contracts.connector_driver import PDF

RUNS = 4
KINDS = ("500", "html", "503", "429", "drop_before", "drop_after", "stale", "illegal", "extra")
WORDS = ("read", "create", "update", "note", "attach", "is_updated", "wsdl", "sign_in")
LINES = {
    SoapDriver: ("Line_No", "Description", "Quantity"),
    ApiDriver: ("sequence", "description", "quantity"),
    OwnApiDriver: ("lineNo", "description", "quantity"),
}


def done(driver, operation, key):
    """As the engine does it: again until it is done, uncertain once an outcome was unknown. Each
    try has a connector of its own, as after a restart, and may be struck twice."""
    uncertain = False
    for _ in range(40):
        connector = driver.make_instance()
        try:
            return connector.apply(operation, key, uncertain=uncertain)
        except (Retryable, MalformedAnswer) as error:
            uncertain = uncertain or isinstance(error, OutcomeUnknown | MalformedAnswer)
        finally:
            connector.close()
    raise AssertionError("never done")


@pytest.mark.parametrize("made", LINES, ids=lambda made: made.__name__)
@pytest.mark.parametrize("seed", range(RUNS))
def test_faults_at_random_leave_each_effect_once(site, made, seed):
    driver, dice = made(site), random.Random(f"{made.__name__} {seed}")
    key, text, number = LINES[made]
    assert driver.can(Capability.ATTACH)
    before = driver.count("quote")
    for _ in range(dice.randint(3, 9)):
        fault = Fault(dice.choice(KINDS), dice.choice(WORDS), dice.randint(1, 2), 0.01)
        driver.sandbox.gate.add(fault)
    new_lines = [{text: "Olja", number: 2}, {text: "Filter", number: 1}]
    ref = done(driver, Create("quote", {**driver.created, "lines": new_lines}), "create").ref
    first = driver.make_instance()
    driver.clear()
    named = first.fetch(ref).fields["lines"][1][key]
    for _ in range(dice.randint(3, 9)):
        driver.sandbox.gate.add(Fault(dice.choice(KINDS), dice.choice(WORDS), 1, 0.01))
    written = {name: value for name, value in driver.written.items() if name != "lines"}
    lines = [{key: named, text: "Luftfilter"}, {text: "Arbete", number: "1.5"}]
    steps = [
        (Update(ref, {**written, "lines": lines}), "update"),
        (Note(ref, "Signed by Alice"), "note"),
        (Attach(ref, "signed.pdf", "application/pdf", PDF), "attach"),
    ]
    dice.shuffle(steps)
    for operation, name in [*steps, *steps]:
        done(driver, operation, name)
    driver.clear()
    found = first.fetch(ref).fields
    assert [line[text] for line in found["lines"]] == ["Olja", "Luftfilter", "Arbete"]
    assert all(first.same(name, value, found[name]) for name, value in written.items())
    assert driver.count("quote") == before + 1
    assert driver.notes(ref).count("Signed by Alice") == 1
    assert driver.files(ref) == [("signed.pdf", PDF)]
    first.close()

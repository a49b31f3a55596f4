"""What goes wrong at a NAV server, and what a workshop's records need, against the simulator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from hub.contracts.records import Create, RecordRef, Update
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    OutcomeUnknown,
    RecordLocked,
    Retryable,
)
from tests.connectors.dynamics_nav.driver import SoapDriver, SwedishDriver
from tests.connectors.dynamics_nav.driver_api import ApiDriver, OwnApiDriver

QUOTE = RecordRef("quote", "VQ1002")
ORDERS = {
    "quote": {"preset": "sales_quote"},
    "order": {"preset": "sales_order"},
    "customer": {"preset": "customer"},
    "job_line": {"service": "JobLine"},
}


@pytest.fixture
def soap(site):
    return SoapDriver(site)


@pytest.fixture(params=[SoapDriver, ApiDriver, OwnApiDriver])
def driver(site, request):
    return request.param(site)


def names(driver):
    """What the surface calls things: reference, line key, a text and a number of lines."""
    match driver:
        case OwnApiDriver():
            return "externalDocumentNo", "lineNo", "description", "quantity"
        case ApiDriver():
            return "externalDocumentNumber", "sequence", "description", "quantity"
    return "External_Document_No", "Line_No", "Description", "Quantity"


def test_single_lines_change_new_ones_come_and_others_stay(driver):
    connector, ref = driver.make_instance(), driver.seed_record()
    _, key, text, number = names(driver)
    before = connector.fetch(ref).fields["lines"]
    wanted = [{key: before[1][key], text: "Drivrem A53", number: "2.5"},
              {text: "Smörjning", number: 1}]  # fmt: skip
    connector.apply(Update(ref, {"lines": wanted}), "key-1")
    after = connector.fetch(ref).fields["lines"]
    assert [line[text] for line in after] == [before[0][text], "Drivrem A53", "Smörjning"]
    assert after[0]["Key"] == before[0]["Key"]
    assert connector.same("lines", wanted, after)
    assert connector.apply(Update(ref, {"lines": wanted}), "key-1").repeated
    assert connector.fetch(ref).fields["lines"] == after


def test_a_lines_answer_is_taken_out_again(soap):
    """As the workshop's mapping writes it when an acceptance was cleared."""
    connector, ref = soap.make_instance(tables=ORDERS), RecordRef("order", "VO1001")
    answered = {"Line_No": 20000, "Step": "Decided", "Decision": "Accepted"}
    when = {"Decided_At": "2026-01-15T12:00:00Z"}
    connector.apply(Update(ref, {"lines": [answered | when]}), "key-1")
    again = {"Line_No": 20000, "Step": "Offered", "Decision": "", "Decided_At": ""}
    connector.apply(Update(ref, {"lines": [again]}), "key-2")
    (line,) = [one for one in connector.fetch(ref).fields["lines"] if one["Line_No"] == 20000]
    assert (line["Step"], line.get("Decision"), line.get("Decided_At")) == ("Offered", None, None)
    read = connector.read_back(ref, ["lines"])
    assert connector.same("lines", [again], read["lines"])


def test_a_new_document_comes_with_its_lines(driver):
    connector = driver.make_instance()
    reference, _, text, number = names(driver)
    given = {**driver.created, "lines": [{text: "Olja", number: 2}, {text: "Filter", number: 1}]}
    receipt = connector.apply(Create("quote", given), "key-1")
    lines = connector.fetch(receipt.ref).fields["lines"]
    assert [line[text] for line in lines] == ["Olja", "Filter"]
    again = connector.apply(Create("quote", given), "key-1", uncertain=True)
    assert (again.ref, again.repeated) == (receipt.ref, True)
    assert len(connector.fetch(receipt.ref).fields["lines"]) == 2
    assert reference in connector.fetch(receipt.ref).fields


def test_a_record_that_somebody_changes_meanwhile_keeps_both_changes(driver):
    connector, ref = driver.make_instance(), driver.seed_record()
    reference = names(driver)[0]
    driver.fault("stale", "update")
    connector.apply(Update(ref, {reference: "HUB-1"}), "key-1")
    assert connector.read_back(ref, [reference]) == {reference: "HUB-1"}
    driver.fault("stale", "update", count=9)
    with pytest.raises(RecordLocked):
        connector.apply(Update(ref, {reference: "HUB-2"}), "key-2")
    driver.clear()


def test_writers_at_the_same_moment_lose_nothing(driver):
    reference, key, text, _ = names(driver)
    connector, ref = driver.make_instance(lock_retry_after=1), driver.seed_record()
    first, second = (line[key] for line in connector.fetch(ref).fields["lines"])
    given = [{reference: "HUB-3"}, {"lines": [{key: first, text: "Ett"}]},
             {"lines": [{key: second, text: "Två"}]}]  # fmt: skip

    def written(fields):
        for _ in range(5):
            try:
                return connector.apply(Update(ref, fields), "key")
            except RecordLocked:
                continue
        raise AssertionError("never written")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(written, given))
    found = connector.fetch(ref).fields
    assert found[reference] == "HUB-3"
    assert [line[text] for line in found["lines"]] == ["Ett", "Två"]


def test_a_call_that_was_done_while_its_answer_took_too_long_is_done_once(driver):
    connector = driver.make_instance(**driver.impatient())
    connector.probe()
    count = driver.count("quote")
    driver.fault("slow_after", "create")
    with pytest.raises(OutcomeUnknown):
        connector.apply(Create("quote", driver.created), "key-1")
    driver.clear()
    driver.settle()
    receipt = driver.make_instance().apply(Create("quote", driver.created), "key-1", uncertain=True)
    assert (receipt.repeated, driver.count("quote")) == (True, count + 1)


@pytest.mark.parametrize("kind", ["503", "429"])
def test_a_busy_server_says_when_to_come_again(driver, kind):
    connector = driver.make_instance()
    driver.fault(kind, "read", seconds=17)
    with pytest.raises(Retryable) as caught:
        connector.fetch(driver.seed_record())
    assert caught.value.retry_after == 17


@pytest.mark.parametrize("kind", ["illegal", "illegal_raw"])
def test_characters_that_xml_forbids_do_not_spoil_a_record(soap, kind):
    connector = soap.make_instance()
    good = connector.fetch(QUOTE)
    soap.fault(kind, "read")
    struck = connector.fetch(QUOTE)
    assert struck.fields.keys() == good.fields.keys()
    assert len(struck.fields["lines"]) == len(good.fields["lines"])
    assert "\x1f" not in str(struck.fields)


def test_a_column_that_no_wsdl_has_hides_nothing_and_is_told(soap):
    connector = soap.make_instance()
    good = connector.fetch(QUOTE)
    soap.fault("extra", "read")
    with capture_logs() as logs:
        assert connector.fetch(QUOTE).fields == good.fields
    assert [one["event"] for one in logs] == ["dynamics_nav_schema_changed"]
    assert "Paraph_Ny_Kolumn" in logs[0]["fields"]


def test_a_column_that_the_administrator_added_is_read_from_then_on(soap):
    connector = soap.make_instance()
    before = connector.fetch(QUOTE).fields.keys()
    soap.sandbox.modes.set("extra_column", True)
    connector.fetch(QUOTE)
    assert connector.fetch(QUOTE).fields.keys() - before
    assert connector.fetch(QUOTE).fields.keys() > before


@pytest.mark.parametrize("made", [SoapDriver, SwedishDriver, ApiDriver])
def test_a_surface_that_is_off_waits_and_says_so(site, made):
    driver = made(site)
    connector = driver.make_instance()
    for name in ("soap_enabled", "api_enabled", "odata_enabled"):
        driver.sandbox.modes.set(name, False)
    for call in (connector.probe, lambda: connector.fetch(driver.seed_record())):
        with pytest.raises(Retryable, match="switched off") as caught:
            call()
        assert caught.value.code == "surface_off"


def test_a_server_that_offers_negotiate_alone_is_signed_in_at(soap):
    soap.sandbox.modes.set("negotiate_only", True)
    assert soap.make_instance().fetch(QUOTE).ref == QUOTE


def test_a_password_that_changes_is_noticed_at_once(driver):
    connector = driver.make_instance()
    connector.fetch(driver.seed_record())
    changed = {"password": "new-one", "access_key": "new-one", "client_secret": "new-one"}
    driver.sandbox.auth.change(changed)
    with pytest.raises(AuthenticationFailed):
        connector.fetch(driver.seed_record())
    with pytest.raises(AuthenticationFailed):
        connector.probe()


def test_a_token_that_ended_is_renewed(site):
    driver = OwnApiDriver(site)
    connector = driver.make_instance()
    connector.fetch(driver.seed_record())
    driver.sandbox.auth.sign_everybody_out()
    assert connector.fetch(driver.seed_record()).fields


def test_a_tenant_is_named_in_every_call(soap):
    soap.sandbox.modes.set("multitenant", True)
    assert soap.make_instance(tenant="default").fetch(QUOTE).ref == QUOTE


@pytest.mark.parametrize("made", [SoapDriver, ApiDriver])
def test_a_company_of_another_spelling_is_not_replaced_by_the_default_one(site, made):
    driver = made(site)
    wrong = driver.make_instance(company=driver.sandbox.company.name.upper())
    with pytest.raises(ConfigurationError):
        wrong.probe()
    right = driver.make_instance().fetch(driver.seed_record())
    assert right.fields.get("Sell_to_Customer_No", right.fields.get("customerNumber")) == "K10020"

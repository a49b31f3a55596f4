"""What the simulator takes for a message, and where: strictness, companies, tenants, surfaces."""

from __future__ import annotations

import pytest
import requests
import zeep

from tests.connectors.dynamics_nav.sandbox.sandbox_site import fault_code


@pytest.mark.parametrize(
    "message",
    [
        '<ReadMultiple xmlns="NS"><setSize>1</setSize><bookmarkKey/></ReadMultiple>',
        '<ReadMultiple xmlns="NS"><filter/><setSize>1</setSize></ReadMultiple>',
        '<ReadMultiple xmlns="NS"></ReadMultiple>',
        '<ReadMultiple xmlns="NS"><setSize>1</setSize><more/></ReadMultiple>',
        '<ReadMultiple xmlns="NS"><setSize xmlns="urn:other">1</setSize></ReadMultiple>',
        '<ReadMultiple xmlns="NS"><setSize>many</setSize></ReadMultiple>',
        '<ReadMultiple xmlns="urn:other"><setSize>1</setSize></ReadMultiple>',
        "<ReadMultiple><setSize>1</setSize></ReadMultiple>",
    ],
)
def test_messages_are_read_strictly(nav, message):
    answer = nav.post("SalesQuote", message, "ReadMultiple")
    assert answer.status_code == 500
    assert fault_code(answer.text) in ("ServiceBrokerException", "NavFilterException")


@pytest.mark.parametrize(
    "inner",
    [
        "<Name>A</Name><No>K5</No>",  # the page has No first
        "<Nope>1</Nope>",
        '<Name xmlns="urn:other">A</Name>',
        "<Name>A</Name><Name>B</Name>",
    ],
)
def test_records_are_read_strictly(nav, inner):
    message = f'<Create xmlns="NS"><Customer>{inner}</Customer></Create>'
    answer = nav.post("Customer", message, "Create")
    assert (answer.status_code, fault_code(answer.text)) == (500, "ServiceBrokerException")
    assert len(nav.sandbox.company.rows["Customer"]) == 5


def test_the_soap_action_must_name_the_operation(nav):
    message = '<Read xmlns="NS"><No>VQ1001</No></Read>'
    assert nav.post("SalesQuote", message, "Read").status_code == 200
    for action in ("", '"Read"', '"urn:microsoft-dynamics-schemas/page/salesquote:Create"'):
        assert nav.post("SalesQuote", message, "Read", action=action).status_code == 500


def test_what_is_no_soap_is_refused(nav):
    action = {"SOAPAction": "x"}
    for body in (b"", b"<html/>", b"not xml"):
        answer = nav.session.post(nav.address("SalesQuote"), data=body, headers=action)
        assert answer.status_code == 500


def test_a_company_is_named_exactly_and_the_default_one_answers_without(nav):
    assert nav.session.get(nav.address("Customer", "Nowhere AB")).status_code == 404
    lower = nav.sandbox.company.name.lower()
    assert nav.session.get(nav.address("Customer", lower)).status_code == 404
    assert nav.session.get(nav.address("Nope")).status_code == 404
    short = zeep.Client(
        f"{nav.url}/WS/Page/Customer", transport=zeep.Transport(session=nav.session)
    )
    service = short.create_service(
        "{urn:microsoft-dynamics-schemas/page/customer}Customer_Binding",
        f"{nav.url}/WS/Page/Customer",
    )
    assert service.Read(No="K10010").Name == "Demokund ett"
    assert nav.soap("Customer").Read(No="K10010").Name == "Elsa Lindqvist"


def test_a_wsdl_may_name_a_server_that_nobody_outside_can_reach(nav):
    nav.sandbox.modes.internal_address = True
    text = nav.session.get(nav.address("Customer")).text
    assert 'location="http://navserver.nordic.local:7047/BC/WS/Verkstad%20%26%20Maskin' in text


def test_system_service_lists_the_companies(nav):
    transport = zeep.Transport(session=nav.session)
    client = zeep.Client(f"{nav.url}/WS/SystemService", transport=transport)
    assert client.service.Companies() == ["Verkstad & Maskin i Åre AB", "CRONUS Sverige AB"]


def test_a_tenant_must_be_named_where_there_are_several(nav):
    nav.sandbox.modes.multitenant = True
    address = nav.address("Customer")
    assert nav.session.get(address).status_code == 404
    assert nav.session.get(address, params={"tenant": "default"}).status_code == 200


def test_a_surface_that_is_off_answers_405(nav):
    nav.sandbox.modes.soap_enabled = False
    assert nav.session.get(nav.address("Customer")).status_code == 405
    assert nav.session.get(f"{nav.odata}/Customer").status_code == 200
    nav.sandbox.modes.odata_enabled = nav.sandbox.modes.api_enabled = False
    assert nav.session.get(f"{nav.odata}/Customer").status_code == 405
    assert nav.session.get(f"{nav.api}/customers").status_code == 405


def test_an_old_wsdl_says_that_filter_is_required_but_takes_none(nav):
    nav.sandbox.modes.filter_required = True
    session = requests.Session()
    session.auth = nav.session.auth
    old = nav.client("SalesQuote", session)
    with pytest.raises(zeep.exceptions.ValidationError):
        old.service.ReadMultiple(setSize=1)
    assert len(old.service.ReadMultiple(filter=zeep.xsd.SkipValue, setSize=1)) == 1
    session.close()

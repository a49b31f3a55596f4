"""The whole story on a phone: button, SMS, form, the signing app on the same device, the record."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.people import SEND

NUMBER, MOBILE = "SC-1041", "+46701740605"


def test_a_phone_signs_on_the_same_device(person, api):
    elsa = person("phone")
    _send(elsa)
    elsa.open_link(MOBILE, NUMBER, lambda: elsa.glance("sms"))
    _fill_in(elsa)
    _sign(elsa)
    _record_changed(elsa)
    _registered(api)
    _open_again(elsa)


def _send(elsa):
    elsa.start()
    elsa.glance("start")
    elsa.follow(elsa.page.get_by_role("link", name="Starta en förfrågan"))
    elsa.glance("cases")
    elsa.press(NUMBER, role="link")
    elsa.glance("case")
    elsa.press(SEND)
    expect(elsa.field("sign_state")).to_have_text("Sent")
    elsa.glance("case-sent")


def _fill_in(elsa):
    elsa.sees("Dina kontaktuppgifter")
    expect(elsa.page.get_by_label("För- och efternamn")).to_have_value("Elsa Lindqvist")
    expect(elsa.page.get_by_label("Ort")).to_have_value("Östersund")
    elsa.look("contact")
    elsa.fill({"Postnummer": "12"})
    with elsa.watch.refusal(422):
        elsa.press("Nästa")
        postcode = elsa.page.get_by_label("Postnummer")
        expect(postcode).to_be_focused()
    expect(postcode).to_have_value("12")
    expect(postcode).to_have_attribute("aria-invalid", "true")
    expect(postcode).to_have_accessible_description(
        re.compile("Det ser inte ut som ett postnummer")
    )
    elsa.look("contact-error")
    elsa.fill({"Postnummer": "831 31", "Gatuadress": "Storgatan 14"})
    elsa.press("Nästa")
    elsa.sees("Det som ska repareras")
    elsa.look("repair")
    elsa.fill({"Serienummer": "nw7-2219"})
    elsa.page.get_by_label("SMS").check()
    elsa.page.get_by_label("Jag har sparat en kopia").check()
    elsa.press("Nästa")
    elsa.sees("Kontrollera och skriv under")
    elsa.look("review")


def _sign(elsa):
    elsa.press("Skriv under med BankID på den här enheten")
    elsa.sees("Which BankID?")  # an iPhone opens the app by itself
    elsa.glance("app-who")
    elsa.choose("Alice Andersson")
    elsa.sees("Paraph Sandbox AB")  # the name in the certificate
    elsa.glance("app-text")
    elsa.approve()
    elsa.sees("Tack, det är underskrivet")
    elsa.look("done")


def _record_changed(elsa):
    elsa.open_case(NUMBER)
    expect(elsa.field("sign_state")).to_have_text("Signed")
    expect(elsa.field("signed_by")).to_have_text("Alice Andersson")
    expect(elsa.field("customer_address")).to_have_text("Storgatan 14")
    expect(elsa.field("repair_case_number")).to_have_text(re.compile(r"RC\d+"))
    elsa.glance("case-signed")


def _registered(api):
    (customer,) = [one for one in api("customers") if one["mobile"] == MOBILE]
    assert (customer["name"], customer["address"]) == ("Elsa Lindqvist", "Storgatan 14")
    (repair,) = [one for one in api("repair-cases") if one["source_number"] == NUMBER]
    assert repair["customer"] == customer["id"]
    assert repair["serial_number"] == "NW7-2219"
    (note,) = repair["notes"]
    assert "BankID av Alice Andersson (•••-2391)" in note
    assert "19990807" not in note


def _open_again(elsa):
    elsa.open_link(MOBILE, NUMBER)
    elsa.sees("Det här är redan underskrivet")
    elsa.look("already-signed")

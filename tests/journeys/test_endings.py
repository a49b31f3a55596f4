"""Other ways through the story: in English, cancelled and tried again, a wrong link, no number."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.people import SEND

NUMBER, MOBILE = "SC-1046", "+46701740647"


def test_an_english_customer_cancels_in_the_app_and_tries_again(person):
    clerk = person("computer")
    clerk.open_case(NUMBER)
    clerk.press(SEND)
    charlotte = person("phone", locale="en-GB")
    charlotte.open_link(MOBILE, f"details for case {NUMBER}")
    charlotte.sees("Your contact details")
    charlotte.look("contact")
    charlotte.press("Next")
    charlotte.page.get_by_label("Text message").check()
    charlotte.page.get_by_label("I have saved a copy").check()
    charlotte.look("repair")
    charlotte.press("Next")
    charlotte.sees("Check and sign")
    charlotte.look("review")
    charlotte.press("Sign with BankID on this device")
    charlotte.sees("Which BankID?")
    charlotte.press("Cancel")
    charlotte.sees("It is not signed yet")
    charlotte.look("not-signed")
    charlotte.press("Try again")
    charlotte.choose("Alice Andersson")
    charlotte.approve()
    charlotte.sees("Thank you, it is signed")
    charlotte.look("done")
    expect(clerk.field("sign_state")).to_have_text("Signed")


def test_a_mistyped_link_is_a_friendly_page(person, stage):
    stranger = person("phone")
    for path in ("/s/not-a-token-of-anybody", "/s/"):
        with stranger.watch.refusal(404):
            answer = stranger.page.goto(f"{stage.hub_url}{path}")
            stranger.sees("Länken fungerar inte")
        assert answer is not None
        assert answer.status == 404
    stranger.look("wrong-link")


def test_a_case_without_a_number_says_so_to_the_clerk(person):
    clerk = person("computer")
    clerk.open_case("SC-1044")
    clerk.press("Öppna utskicket", role="link")
    clerk.sees("Kan inte skickas")
    expect(clerk.page.get_by_role("button", name="Skicka nu")).to_have_count(0)
    clerk.look("button-problem")
    clerk.press("Tillbaka till posten", role="link")
    clerk.press(SEND)
    expect(clerk.field("sign_state")).to_have_text("Failed")
    expect(clerk.field("sign_reason")).to_contain_text("Mobilnumret saknas")
    clerk.glance("case-failed")

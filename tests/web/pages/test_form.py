"""The link, and the form behind it, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import lxml.html
import pytest

from hub.contracts.requests import RequestState
from tests.web.pages.conftest import BASE, DESKTOP, PHONE, Browser
from tests.web.pages.fakes import FakeCases
from tests.web.pages.repair_form import CONTACT_ANSWERS, REPAIR_ANSWERS


def test_the_link_leads_to_the_first_undone_step(visitor: Browser, cases: FakeCases) -> None:
    assert visitor.get(BASE).location == f"{BASE}/form/contact"
    cases.case = replace(cases.case, saved_steps=("contact",))
    assert visitor.get(BASE).location == f"{BASE}/form/repair"
    cases.case = replace(cases.case, saved_steps=("contact", "repair"))
    assert visitor.get(BASE).location == f"{BASE}/review"


def test_a_case_without_a_form_goes_straight_to_the_review(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.case = replace(cases.case, form=None)
    assert visitor.get(BASE).location == f"{BASE}/review"
    assert "Step 1 of 1" in visitor.get(f"{BASE}/review").text


def test_who_asks_and_what_about_stands_before_the_first_field(visitor: Browser) -> None:
    text = visitor.get(f"{BASE}/form/contact").text
    field = text.index("<label")
    for said in ("Nordic Garden Machines", "tel:08-12345678", "4711", "Repair of a lawn mower"):
        assert text.index(said) < field
    assert "Step 1 of 3" in text


def test_known_answers_are_filled_in(visitor: Browser) -> None:
    page = lxml.html.fromstring(visitor.get(f"{BASE}/form/contact").text)
    values = {one.name: one.get("value") for one in page.forms[0].iter("input")}
    assert values["name"] == "Alice Andersson"
    assert values["phone"] == "070-123 45 67"
    assert values["email"] == ""


def test_every_field_has_a_label_and_a_hint_for_the_keyboard(visitor: Browser) -> None:
    visitor.post(f"{BASE}/form/contact", CONTACT_ANSWERS)
    for step in ("contact", "repair"):
        page = lxml.html.fromstring(visitor.get(f"{BASE}/form/{step}").text)
        for field in page.xpath("//form//*[self::input or self::select or self::textarea]"):
            if field.get("type") in ("hidden",):
                continue
            labelled = page.xpath(f"//label[@for='{field.get('id')}']") or field.xpath(
                "ancestor::label"
            )
            assert labelled, field.get("name")
    assert 'autocomplete="postal-code"' in visitor.get(f"{BASE}/form/contact").text


def test_a_saved_step_redirects_to_the_next_and_then_to_the_review(
    visitor: Browser, cases: FakeCases
) -> None:
    first = visitor.post(f"{BASE}/form/contact", CONTACT_ANSWERS)
    assert (first.status_code, first.location) == (303, f"{BASE}/form/repair")
    second = visitor.post(f"{BASE}/form/repair", REPAIR_ANSWERS)
    assert (second.status_code, second.location) == (303, f"{BASE}/review")
    assert cases.case.answers["email"] == "alice@example.com"


def test_errors_stand_at_the_field_keep_the_values_and_focus_the_first(visitor: Browser) -> None:
    wrong = {**CONTACT_ANSWERS, "email": "alice at example", "phone": ""}
    answer = visitor.post(f"{BASE}/form/contact", wrong)
    assert answer.status_code == 422
    page = lxml.html.fromstring(answer.text)
    email = page.get_element_by_id("email")
    assert email.get("value") == "alice at example"
    assert email.get("aria-invalid") == "true"
    described = page.get_element_by_id(email.get("aria-describedby"))
    assert "alice@example.com" in described.text_content()
    assert [one.get("id") for one in page.xpath("//*[@autofocus]")] == ["email"]
    assert page.xpath("//section[@class='summary']//a/@href") == ["#email", "#phone"]
    assert page.find(".//title").text.startswith("Error:")
    assert page.get_element_by_id("street").get("value") == "Storgatan 1"


def test_wrong_choices_keep_the_right_ones(visitor: Browser) -> None:
    visitor.post(f"{BASE}/form/contact", CONTACT_ANSWERS)
    wrong = {**REPAIR_ANSWERS, "delivery": "", "kind": "saw", "call": "yes"}
    page = lxml.html.fromstring(visitor.post(f"{BASE}/form/repair", wrong).text)
    assert page.xpath("//option[@selected]/@value") == ["saw"]
    assert page.xpath("//input[@name='call']/@checked") == ["checked"]
    # The link of the error summary leads to the group's first choice, which has the focus.
    assert page.xpath("//*[@autofocus]/@id") == ["delivery"]


def test_a_step_cannot_be_skipped_nor_invented(visitor: Browser) -> None:
    assert visitor.get(f"{BASE}/form/repair").location == BASE
    assert visitor.get(f"{BASE}/form/nonsense").location == BASE
    assert visitor.get(f"{BASE}/review").location == BASE
    assert visitor.post(f"{BASE}/form/nonsense").location == BASE


def test_fields_of_other_steps_are_not_taken(visitor: Browser, cases: FakeCases) -> None:
    visitor.post(f"{BASE}/form/contact", {**CONTACT_ANSWERS, "kind": "saw", "role": "admin"})
    assert "kind" not in cases.case.answers
    assert "role" not in cases.case.answers


def test_changing_a_step_from_the_review_leads_back_there(visitor: Browser) -> None:
    visitor.fill_in()
    page = visitor.get(f"{BASE}/form/contact")
    assert 'name="back_to" value="review"' in page.text
    saved = visitor.post(f"{BASE}/form/contact", {**CONTACT_ANSWERS, "back_to": "review"})
    assert saved.location == f"{BASE}/review"


def test_the_review_shows_answers_terms_and_the_text_to_sign(
    visitor: Browser, cases: FakeCases
) -> None:
    visitor.fill_in()
    page = lxml.html.fromstring(visitor.get(f"{BASE}/review").text)
    words = page.text_content()
    for said in ("alice@example.com", "Lawn mower", "17 May 2024", "Fault finding costs SEK 495"):
        assert said in words
    exact = page.xpath("//details[@open]//div[@class='text']")[0].text_content()
    assert exact == cases.view(cases.case.token).visible_text
    links = page.xpath("//section[@class='answers']//a/@href")
    assert links == [f"{BASE}/form/contact", f"{BASE}/form/repair"]


@pytest.mark.parametrize(
    ("agent", "order"),
    [(PHONE, ["this_device", "other_device"]), (DESKTOP, ["other_device", "this_device"])],
)
def test_the_button_for_this_kind_of_device_comes_first(
    new_visitor: Callable[..., Browser], agent: str, order: list[str]
) -> None:
    visitor = new_visitor(agent)
    visitor.fill_in()
    page = lxml.html.fromstring(visitor.get(f"{BASE}/review").text)
    buttons = page.xpath("//button[@name='flow']")
    assert [button.get("value") for button in buttons] == order
    assert buttons[0].get("class") == "button"


def test_a_finished_case_takes_no_more_answers(visitor: Browser, cases: FakeCases) -> None:
    visitor.fill_in()
    cases.finish(RequestState.COMPLETED)
    assert visitor.get(f"{BASE}/form/contact").location == BASE
    cases.finish(RequestState.SENT)
    token = visitor.token()
    cases.finish(RequestState.COMPLETED)
    late = visitor.client.post(f"{BASE}/form/contact", data={**CONTACT_ANSWERS, "csrf": token})
    assert (late.status_code, late.location) == (303, BASE)


def test_saying_no_asks_once_more_and_keeps_the_reason(visitor: Browser, cases: FakeCases) -> None:
    asked = visitor.get(f"{BASE}/decline")
    assert asked.status_code == 200
    assert cases.case.state is RequestState.SENT
    said = visitor.post(f"{BASE}/decline", {"reason": "Too dear " * 100})
    assert (said.status_code, said.location) == (303, BASE)
    assert cases.case.state is RequestState.DECLINED
    assert len(cases.case.reason or "") == 500
    assert visitor.get(BASE).status_code == 200
    assert "You said no" in visitor.get(BASE).text


def test_answers_that_somebody_has_signed_are_shown_and_not_changed(
    visitor: Browser, cases: FakeCases
) -> None:
    visitor.fill_in()
    assert ">Change<" in visitor.get(f"{BASE}/review").text
    kept = cases.case.answers
    cases.case = replace(cases.case, may_change=False)
    page = visitor.get(f"{BASE}/review").text
    assert "Somebody has signed these answers" in page
    assert kept["email"] in page
    assert ">Change<" not in page
    assert f"{BASE}/form/" not in page
    assert visitor.get(f"{BASE}/form/contact").location == BASE
    answer = visitor.post(f"{BASE}/form/contact", {**CONTACT_ANSWERS, "email": "b@example.com"})
    assert (answer.status_code, answer.location) == (303, BASE)
    assert cases.case.answers == kept

"""The button page: a look sends nothing, one click sends once."""

from __future__ import annotations

from hub.kernel.errors import Retryable
from hub.mapping.send_options import Choice
from hub.services.button_views import ContactView, OptionsView
from tests.web.pages.conftest import BUTTON, Browser
from tests.web.pages.fake_buttons import FakeButtons


def test_looking_sends_nothing_and_shows_what_would_be_sent(
    visitor: Browser, buttons: FakeButtons
) -> None:
    page = visitor.get(BUTTON).text
    assert buttons.sent == 0
    for said in ("Nothing has been sent yet", "+46 70 *** ** 67", "SMS", "Send now"):
        assert said in page
    assert buttons.queries[-1] == {"id": "4711", "key": "good"}


def test_a_head_does_not_read_upstream(visitor: Browser, buttons: FakeButtons) -> None:
    assert visitor.client.head(BUTTON).status_code == 200
    assert visitor.client.head(BUTTON.replace("good", "bad")).status_code == 404
    assert buttons.queries == []


def test_one_click_sends_and_says_so(visitor: Browser, buttons: FakeButtons) -> None:
    answer = visitor.post(BUTTON)
    assert (answer.status_code, buttons.sent) == (200, 1)
    assert "<h1>Sent</h1>" in answer.text
    assert "It is being sent." in answer.text


def test_pressing_twice_shows_the_one_that_is_there(visitor: Browser, buttons: FakeButtons) -> None:
    visitor.post(BUTTON)
    visitor.post(BUTTON)
    assert buttons.sent == 1
    buttons.existing = "opened"
    page = visitor.get(BUTTON).text
    assert "Already sent" in page
    assert "The customer has opened it." in page
    assert "Send now" not in page


def test_a_state_that_the_page_does_not_know_is_shown_as_it_is(
    visitor: Browser, buttons: FakeButtons
) -> None:
    buttons.existing = "Sent yesterday"
    assert "Sent yesterday" in visitor.get(BUTTON).text


def test_a_problem_is_said_in_words_and_nothing_can_be_sent(
    visitor: Browser, buttons: FakeButtons
) -> None:
    buttons.problem = "The mobile number is missing."
    page = visitor.get(BUTTON)
    assert page.status_code == 200
    assert "The mobile number is missing." in page.text
    assert "<form" not in page.text


def test_a_problem_found_while_pressing_is_a_conflict(
    visitor: Browser, buttons: FakeButtons
) -> None:
    token = visitor.token()
    buttons.problem = "The mobile number is missing."
    answer = visitor.client.post(BUTTON, data={"csrf": token})
    assert (answer.status_code, buttons.sent) == (409, 0)
    assert "The mobile number is missing." in answer.text


def test_a_wrong_link_gives_no_hint(visitor: Browser, buttons: FakeButtons) -> None:
    for path in (BUTTON.replace("good", "bad"), "/b/other?id=1&key=good"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert "4711" not in answer.text


def test_an_upstream_that_is_down_can_be_tried_again(
    visitor: Browser, buttons: FakeButtons
) -> None:
    buttons.trouble = Retryable("agiloft-main")
    answer = visitor.get(BUTTON)
    assert answer.status_code == 503
    assert BUTTON.replace("&", "&amp;") in answer.text
    assert "?lang=" not in answer.text  # the switch would drop the signed query


def test_a_click_from_another_site_sends_nothing(visitor: Browser, buttons: FakeButtons) -> None:
    assert visitor.client.post(BUTTON, data={"csrf": "guess"}).status_code == 403
    assert buttons.sent == 0


CHOICES = OptionsView(
    signature=True,
    contacts=(
        ContactView("", "Alice Arnaud", "alice@example.com"),
        ContactView("c2", "Bob <Blanc>", "bob@example.com"),
    ),
    message=True,
)
CHOSEN = {"options": "shown", "signature_shown": "1"}
CHASED = {"act": "chase", "request": "0190"}


def test_what_may_be_chosen_stands_before_the_button(
    visitor: Browser, buttons: FakeButtons
) -> None:
    buttons.options = CHOICES
    page = visitor.get(BUTTON).text
    for said in (
        "Who gets it?",
        "Bob &lt;Blanc&gt;",
        "alice@example.com",
        "Some words of your own",
    ):
        assert said in page
    assert 'value="usual" checked' in page
    assert 'name="signature" value="yes" aria-describedby="signature-hint" checked' in page


def test_nothing_is_offered_where_the_mapping_lets_nobody_choose(
    visitor: Browser, buttons: FakeButtons
) -> None:
    buttons.options = OptionsView(message=True)
    page = visitor.get(BUTTON).text
    assert "Some words of your own" in page
    assert "Ask for an electronic signature" not in page
    assert "Who gets it?" not in page


def test_a_choice_goes_along_with_the_click(visitor: Browser, buttons: FakeButtons) -> None:
    buttons.options = CHOICES
    visitor.post(BUTTON, {**CHOSEN, "recipient": "c:c2", "message": " As agreed.\r\nBob "})
    assert buttons.choices == [Choice(False, "c2", "As agreed.\nBob")]
    visitor.post(BUTTON, {**CHOSEN, "recipient": "usual", "signature": "yes"})
    assert buttons.choices[-1] == Choice(True)


def test_a_form_without_choices_chooses_nothing(visitor: Browser, buttons: FakeButtons) -> None:
    visitor.post(BUTTON, {"recipient": "c:c2", "message": "Hello"})
    assert buttons.choices == [Choice()]


def test_what_is_wrong_with_a_choice_stands_at_its_field_and_the_rest_is_kept(
    visitor: Browser, buttons: FakeButtons
) -> None:
    buttons.options = CHOICES
    buttons.wrong = {"message": "The message is too long."}
    answer = visitor.post(BUTTON, {**CHOSEN, "recipient": "c:c2", "message": "x"})
    assert (answer.status_code, buttons.sent) == (422, 0)
    assert "<title>Error: " in answer.text
    assert 'id="message-error"' in answer.text
    assert 'value="c:c2" checked' in answer.text
    assert "Send now" in answer.text


def test_once_the_customer_has_got_it_the_click_chases(
    visitor: Browser, buttons: FakeButtons
) -> None:
    buttons.existing = "sent"
    page = visitor.get(BUTTON).text
    for said in (
        "Already sent",
        "Alice Andersson",
        "Not yet",
        "we still wait",
        "Chase the customer",
    ):
        assert said in page
    assert "Send now" not in page
    answer = visitor.post(BUTTON, CHASED)
    assert (answer.status_code, buttons.chased, buttons.sent) == (200, 1, 0)
    assert "The customer is being chased" in answer.text
    assert "1 ×" in answer.text
    assert 'value="chase"' not in answer.text


def test_a_chase_that_cannot_be_is_told_in_words(visitor: Browser, buttons: FakeButtons) -> None:
    buttons.existing, buttons.refusal = "opened", "They were asked a moment ago."
    answer = visitor.post(BUTTON, CHASED)
    assert (answer.status_code, buttons.chased) == (409, 0)
    assert "They were asked a moment ago." in answer.text
    assert 'value="chase"' not in answer.text
    assert "They were asked a moment ago." in visitor.get(BUTTON).text


def test_a_request_that_the_page_did_not_show_is_not_chased(
    visitor: Browser, buttons: FakeButtons
) -> None:
    buttons.existing = "sent"
    assert visitor.post(BUTTON, {**CHASED, "request": "0191"}).status_code == 404

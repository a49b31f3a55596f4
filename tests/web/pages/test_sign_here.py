"""Signing on our own page, codes, remarks, forwarding, the tablet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin

import lxml.html
import pytest

from hub.contracts.requests import RequestState
from hub.contracts.steps import Wait
from hub.kernel.errors import Unfit
from hub.services.views import NotReady, SigningStatus
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fake_papers import CODE
from tests.web.pages.fakes import FakeCases, new_offer
from tests.web.pages.offer import ALICE, CONSENT, PHOTO

ORDER = f"{BASE}/sign/order-1"
TYPED = {"method": "typed", "name": "Alice Andersson", "consent": CONSENT}
PEN = {"method": "drawn", "name": "Alice Andersson", "ink": "{}", "consent": CONSENT}


@pytest.fixture
def cases() -> FakeCases:
    cases = new_offer()
    cases.set_papers(unseen=())
    return cases


@pytest.fixture
def signer(visitor: Browser) -> Browser:
    """Somebody on the page to sign."""
    answer = visitor.post(f"{BASE}/document", {"lines": "shown", "line": ["battery", "cover"]})
    assert answer.location == ORDER
    return visitor


def _json(browser: Browser, path: str, data: dict[str, str]) -> tuple[int, dict[str, object]]:
    headers = {"User-Agent": browser.agent, "Accept": "application/json"}
    answer = browser.client.post(path, data={**data, "csrf": browser.token()}, headers=headers)
    return answer.status_code, answer.json or {}


def test_the_page_says_what_is_signed_and_asks_for_it(signer: Browser) -> None:
    page = lxml.html.fromstring(signer.get(ORDER).text)
    words = page.text_content().replace("\xa0", " ")
    for said in ("Sign here", "Offer 4711", "5,462.81 SEK", CONSENT, "Sign now"):
        assert said in words
    form = page.xpath("//form[@data-canvas]")[0]
    assert form.get("action") == ORDER
    assert {"name", "method", "ink", "consent", "csrf"} <= set(form.fields)
    assert form.fields["name"] == "Alice Andersson"


def test_a_typed_name_signs_without_a_script(signer: Browser, cases: FakeCases) -> None:
    answer = signer.post(ORDER, TYPED)
    assert (answer.status_code, answer.location) == (303, f"{BASE}/done")
    page = signer.get(f"{BASE}/done").text
    assert "Thank you, it is signed" in page
    assert "22 November 2026 14:05 CET" in page
    assert "Now we are waiting for Bob Berg." in page
    assert cases.case.state is RequestState.SENT


def test_a_drawn_one_is_shown_afterwards(signer: Browser) -> None:
    assert _json(signer, ORDER, PEN) == (200, {"location": f"{BASE}/done"})
    assert 'alt="Signature of Alice Andersson"' in signer.get(f"{BASE}/done").text


def test_posting_twice_signs_once(signer: Browser, cases: FakeCases) -> None:
    token = signer.token()
    post = {"data": {**TYPED, "csrf": token}, "headers": {"User-Agent": signer.agent}}
    answers = [signer.client.post(ORDER, **post) for _ in range(2)]  # type: ignore[arg-type]
    assert [one.location for one in answers] == [f"{BASE}/done"] * 2
    assert [one.state for one in cases.papers.people] == ["signed", "invited"]


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({**TYPED, "name": " "}, "name", "Write your name."),
        ({**PEN, "ink": ""}, "ink", "Draw your signature"),
        ({**TYPED, "consent": ""}, "consent", "Tick the box"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    signer: Browser, data: dict[str, str], field: str, said: str
) -> None:
    answer = signer.post(ORDER, data)
    assert answer.status_code == 422
    page = lxml.html.fromstring(answer.text)
    assert said in page.get_element_by_id(f"{field}-error").text_content()
    assert page.get_element_by_id(f"{field}-error").get("hidden") is None
    assert len(page.xpath("//*[@autofocus]")) == 1
    assert page.find(".//title").text.startswith("Error:")
    status, told = _json(signer, ORDER, data)
    assert status == 422
    assert said in str(told["errors"][field])  # type: ignore[index]


def test_a_plugin_s_own_words_are_said_in_the_customer_s_language(
    signer: Browser, cases: FakeCases
) -> None:
    cases.trouble = Unfit("ink_odd", words={"en": "Draw it again.", "sv": "Rita igen."})
    assert "Draw it again." in signer.post(ORDER, PEN).text
    signer.get(f"{ORDER}?lang=sv")
    assert "Rita igen." in signer.post(ORDER, PEN).text
    signer.get(f"{ORDER}?lang=de")
    assert "Hier stimmt etwas nicht." in signer.post(ORDER, PEN).text


def test_something_unseen_leads_back_to_it(signer: Browser, cases: FakeCases) -> None:
    cases.set_papers(unseen=("photo",))
    assert signer.post(ORDER, TYPED).location == f"{BASE}/document?missing=1"
    assert "Please look at this first" in signer.get(f"{BASE}/document?missing=1").text
    cases.trouble = NotReady("documents")
    assert _json(signer, ORDER, TYPED)[1] == {"location": f"{BASE}/document?missing=1"}


def test_while_a_signature_is_checked_the_page_looks_again_by_itself_without_a_script(
    signer: Browser, cases: FakeCases
) -> None:
    cases.turn(SigningStatus.PENDING, "Checking the signature …", Wait({"en": "Wait"}))
    page = lxml.html.fromstring(signer.get(ORDER).text)
    assert page.xpath("//head/noscript/meta[@http-equiv='refresh']/@content") == ["2"]
    told = page.xpath("//main//noscript")[0].text_content()
    assert "You do not need to do anything" in told
    assert "app" not in told
    assert page.xpath("//a[@href=$here]", here=ORDER)
    assert page.xpath("//main//form") == [], "there is no app to call off, and nothing to undo"


def test_another_browser_cannot_sign_this_order(
    signer: Browser, new_visitor: Callable[..., Browser], cases: FakeCases
) -> None:
    stranger = new_visitor()
    assert stranger.post(ORDER, TYPED).location == ORDER
    assert stranger.get(ORDER).status_code == 403
    assert cases.papers.act == "sign"


def test_a_drawing_may_be_large_and_other_forms_not(signer: Browser) -> None:
    assert signer.post(ORDER, {**PEN, "ink": "x" * 600_000}).status_code == 303
    assert signer.post(f"{BASE}/forward", {"name": "x" * 70_000}).status_code == 413


def test_a_code_is_sent_by_a_button_and_what_was_given_stays(
    signer: Browser, cases: FakeCases
) -> None:
    cases.set_papers(offer=replace(cases.papers.offer, code="sms", code_to="+46 70 *** ** 67"))
    assert "by SMS to +46 70 *** ** 67" in signer.get(ORDER).text
    answer = signer.post(f"{ORDER}/code", {**TYPED, "name": "Alice A."})
    assert answer.status_code == 200
    assert "We have sent a code to +46 70 *** ** 67." in answer.text
    assert 'value="Alice A."' in answer.text
    assert _json(signer, f"{ORDER}/code", TYPED)[1]["again_in"] == 60
    assert "not the right code" in signer.post(ORDER, {**TYPED, "code": "1"}).text
    assert signer.post(ORDER, {**TYPED, "code": CODE}).location == f"{BASE}/done"


def test_too_many_codes_are_said_at_the_field(signer: Browser, cases: FakeCases) -> None:
    cases.set_papers(offer=replace(cases.papers.offer, code="sms", code_to="x"))
    cases.trouble = Unfit("too_many_codes", field="code")
    answer = signer.post(f"{ORDER}/code", TYPED)
    assert answer.status_code == 422
    assert "We have sent you several codes" in answer.text
    assert "several codes" in str(_json(signer, f"{ORDER}/code", TYPED)[1]["problem"])


def test_who_has_no_address_for_a_code_is_told_to_get_in_touch(
    signer: Browser, cases: FakeCases
) -> None:
    cases.set_papers(offer=replace(cases.papers.offer, code="sms", code_to="x"))
    cases.trouble = Unfit("no_code_address", field="code")
    assert "no number or address to send a code to" in signer.post(f"{ORDER}/code", TYPED).text


def test_a_remark_is_sent_once(visitor: Browser, cases: FakeCases) -> None:
    for _ in range(2):
        answer = visitor.post(f"{BASE}/remark", {"text": "When can you\r\nbegin?"})
        assert answer.location == f"{BASE}#remarks"
    assert [one.text for one in cases.papers.remarks][2:] == ["When can you\nbegin?"]
    assert "When can you\nbegin?" in visitor.get(f"{BASE}/document").text


@pytest.mark.parametrize(("text", "said"), [(" ", "write something"), ("x" * 2001, "shorten")])
def test_a_remark_that_does_not_fit_stays_in_its_field(
    visitor: Browser, text: str, said: str
) -> None:
    answer = visitor.post(f"{BASE}/remark", {"text": text})
    assert answer.status_code == 422
    page = lxml.html.fromstring(answer.text)
    field = page.get_element_by_id("text")
    assert field.get("aria-invalid") == "true"
    assert said in page.get_element_by_id("text-error").text_content()
    assert field.text.strip() == text.strip()


def test_passing_on_proves_who_does_it(visitor: Browser, cases: FakeCases) -> None:
    address = f"{BASE}/forward"
    assert visitor.get(address).status_code == 200
    told = visitor.post(f"{address}/code", {"name": "Bob Berg"}).text
    assert "We have sent a code to" in told
    assert 'value="Bob Berg"' in told
    wrong = visitor.post(address, {"name": "Bob Berg", "email": "bob@example.com", "code": "0"})
    assert wrong.status_code == 422
    assert "not the right code" in wrong.text
    right = {"name": "Bob Berg", "email": "bob@example.com", "code": CODE}
    token = visitor.token()
    headers = {"User-Agent": visitor.agent}
    for _ in range(2):
        done = visitor.client.post(address, data={**right, "csrf": token}, headers=headers)
        assert done.location == BASE
    assert cases.papers.forwarded_to == "Bob Berg"
    assert "has passed it on" in visitor.get(f"{BASE}/document").text


@pytest.mark.parametrize("off", ["remarks", "forward", "download"])
def test_what_the_mapping_switches_off_is_not_offered(
    visitor: Browser, cases: FakeCases, off: str
) -> None:
    address = {"remarks": "/remark", "forward": "/forward", "download": "/file/offer"}[off]
    assert address in visitor.get(f"{BASE}/document").text
    cases.set_papers(offer=replace(cases.papers.offer, **{off: False}))
    assert address not in visitor.get(f"{BASE}/document").text


def test_the_tablet_shows_this_document_and_nothing_else(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.set_papers(in_person=True, people=(ALICE,))
    links = lxml.html.fromstring(visitor.get(f"{BASE}/document").text).xpath("//a/@href")
    links = [urljoin(f"{BASE}/document", one) for one in links]
    assert all(one.startswith(f"{BASE}/") for one in links)
    assert not any("/forward" in one or "/file/" in one for one in links)


@pytest.mark.parametrize("pages", [0, 1, 3])
def test_a_longer_file_says_so_and_can_be_read_on_the_tablet_too(
    visitor: Browser, cases: FakeCases, pages: int
) -> None:
    plan = replace(PHOTO, key="plan", media_type="application/pdf", pages=pages)
    for in_person in (False, True):
        cases.set_papers(in_person=in_person, people=(ALICE,), attachments=(plan,))
        page = visitor.get(f"{BASE}/a/plan").text
        assert ("Page 1 of 3" in page) == ("the first page only" in page) == (pages == 3)
        assert (f'href="{BASE}/a/plan/file"' in page) == (pages == 3 or not in_person)


def test_the_tablet_locks_after_signing(signer: Browser, cases: FakeCases) -> None:
    cases.set_papers(in_person=True, people=(ALICE,))
    signer.post(ORDER, TYPED)
    assert (signer.get(f"{ORDER}/status").json or {})["screen"] == "done"
    for path in ("", "/document", "/done", "/sign/order-1", "/a/photo", "/forward"):
        page = signer.get(BASE + path)
        assert page.status_code == 200
        assert "Please hand the device back" in page.text
        assert "Offer 4711" not in page.text
        assert "Alice" not in page.text


def test_declining_works_as_ever(visitor: Browser, cases: FakeCases) -> None:
    assert f'href="{BASE}/decline"' in visitor.get(f"{BASE}/document").text
    assert visitor.post(f"{BASE}/decline", {"reason": "Too dear"}).location == BASE
    assert cases.case.state is RequestState.DECLINED
    assert visitor.get(f"{BASE}/document").location == BASE

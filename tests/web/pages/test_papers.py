"""The document page and its files over HTTP: without JavaScript, and for its script."""

from __future__ import annotations

from dataclasses import replace

import lxml.html
import pytest

from hub.kernel.errors import Refused
from hub.web.pages.files import safe_name
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_offer
from tests.web.pages.offer import ALICE, BOB, LINES
from tests.web.pages.repair_form import REPAIR_FORM

ACT = f"{BASE}/document"
TICKS = {"lines": "shown", "line": ["battery", "cover"]}
JSON = {"Accept": "application/json"}


@pytest.fixture
def cases() -> FakeCases:
    return new_offer()


@pytest.fixture
def reader(visitor: Browser) -> Browser:
    """Somebody who has looked at everything."""
    for path in ("d/offer/1/1.webp", "d/offer/1/2.webp", "a/photo/picture"):
        assert visitor.get(f"{BASE}/{path}").status_code == 200
    return visitor


def _page(visitor: Browser, path: str = "/document") -> lxml.html.HtmlElement:
    return lxml.html.fromstring(visitor.get(BASE + path).text)


def test_the_link_leads_to_the_document_and_who_asks_stands_first(visitor: Browser) -> None:
    assert visitor.get(BASE).location == ACT
    text = visitor.get(ACT).text
    first = text.index("<img src")
    for said in ("Nordic Garden Machines", "tel:08-12345678", "4711", "Offer 4711"):
        assert text.index(said) < first


def test_pages_have_measures_a_number_and_a_way_to_their_text(visitor: Browser) -> None:
    page = _page(visitor)
    images = page.xpath("//figure/img")
    assert [one.get("alt") for one in images] == ["Page 1 of 2", "Page 2 of 2"]
    assert {(one.get("width"), one.get("height")) for one in images} == {("1240", "1754")}
    assert [one.get("loading") for one in images] == [None, "lazy"]
    assert [one.get("fetchpriority") for one in images] == ["high", None]
    links = page.xpath("//figure//a[@data-words]")
    assert [one.get("href") for one in links] == ["d/offer/text/1", "d/offer/text/2"]
    assert [one.text_content() for one in links] == [
        "Read as text Page 1 of 2", "Read as text Page 2 of 2",
    ]  # fmt: skip


def test_a_page_s_image_is_kept_by_this_browser_only(visitor: Browser) -> None:
    answer = visitor.get(f"{BASE}/d/offer/1/1.webp")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    again = visitor.get(f"{BASE}/d/offer/1/1.webp", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "d/offer/1/3.webp", "d/offer/2/1.webp", "d/other/1/1.webp", "d/offer/1/x.webp",
        "a/other/picture", "a/manual/picture", "a/other", "a/other/file", "file/other",
    ],
)  # fmt: skip
def test_what_is_not_there_looks_like_a_wrong_link(visitor: Browser, path: str) -> None:
    answer = visitor.get(f"{BASE}/{path}")
    assert answer.status_code == 404
    assert "This link does not work" in answer.text


def test_scanners_get_files_and_have_seen_nothing(visitor: Browser, cases: FakeCases) -> None:
    visitor.get(f"{BASE}/d/offer/1/1.webp", **{"User-Agent": "curl/8.5.0"})
    visitor.get(f"{BASE}/a/photo/picture", **{"Sec-Purpose": "prefetch"})
    visitor.client.head(f"{BASE}/d/offer/1/2.webp", headers={"User-Agent": visitor.agent})
    assert len(cases.papers.unseen) == 3
    visitor.get(f"{BASE}/d/offer/1/1.webp")
    assert cases.papers.unseen == ("offer:2", "photo")


def test_originals_and_downloads_are_saved_and_never_shown(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.set_papers(files=("signed",))
    assert visitor.get(f"{BASE}/a/manual/file").headers["Content-Disposition"] == (
        "attachment; filename=manual.docx"
    )
    signed = visitor.get(f"{BASE}/file/signed").headers
    assert signed["Content-Disposition"] == (
        'attachment; filename="Offert aao 4711.pdf"; '
        "filename*=UTF-8''Offert%20%C3%A5%C3%A4%C3%B6%204711.pdf"
    )
    assert signed["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("offer\r\nX: y.pdf", "offerX_ y.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"),
        ("", "file"),
    ],
)
def test_names_of_files_cannot_mislead(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_file_that_is_not_made_yet_says_so(visitor: Browser) -> None:
    answer = visitor.get(f"{BASE}/file/signed")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "The file is being prepared" in answer.text


def test_what_was_not_looked_at_comes_first(visitor: Browser, cases: FakeCases) -> None:
    answer = visitor.post(ACT, TICKS)
    assert (answer.status_code, answer.location) == (303, f"{ACT}?missing=1")
    answer = visitor.get(answer.location)
    assert answer.status_code == 200
    page = lxml.html.fromstring(answer.text)
    assert page.xpath("//section[@id='missing']//a/@href") == [
        "#offer-1", "#offer-2", f"{BASE}/a/photo",
    ]  # fmt: skip
    assert page.get_element_by_id("offer-2") is not None
    assert [one.get("id") for one in page.xpath("//*[@autofocus]")] == ["missing"]
    assert cases.begun == []
    assert visitor.post(f"{BASE}/sign").location == f"{ACT}?missing=1"


def test_an_attachment_says_that_it_must_be_seen_and_that_it_was(visitor: Browser) -> None:
    assert "Look at this first" in visitor.get(ACT).text
    assert f'src="{BASE}/a/photo/picture"' in visitor.get(f"{BASE}/a/photo").text
    visitor.get(f"{BASE}/a/photo/picture")
    page = visitor.get(ACT).text
    assert "Seen" in page
    assert "Look at this first" not in page


def test_ticks_are_kept_by_the_button_and_the_new_total_is_said(
    visitor: Browser, cases: FakeCases
) -> None:
    page = _page(visitor)
    assert page.xpath("//input[@form='act' and @name='line']/@value") == ["battery", "cover"]
    assert page.xpath("//button[@formaction]/@formaction") == [f"{BASE}/lines"]
    answer = visitor.post(f"{BASE}/lines", {"lines": "shown", "line": "cover"})
    assert (answer.status_code, answer.location) == (303, f"{ACT}?changed=1")
    assert [one.id for one in cases.papers.lines if not one.chosen] == ["battery"]
    assert "The total is now 2,350.31" in visitor.get(f"{ACT}?changed=1").text.replace("\xa0", " ")


def test_the_script_gets_the_new_total_as_data(visitor: Browser) -> None:
    data = {"lines": "shown", "csrf": visitor.token()}
    headers = {"User-Agent": visitor.agent, **JSON}
    answer = visitor.client.post(f"{BASE}/lines", data=data, headers=headers).json or {}
    assert answer["gross"].replace("\xa0", " ") == "1,914.06 SEK"
    assert [label.replace("\xa0", " ") for label, _ in answer["rows"]] == [
        "Without VAT", "VAT 25% on 1,531.25 SEK",
    ]  # fmt: skip
    assert answer["said"].startswith("The total is now 1,914.06")


def test_invented_and_required_lines_cannot_be_chosen_away(
    visitor: Browser, cases: FakeCases
) -> None:
    visitor.post(f"{BASE}/lines", {"lines": "shown", "line": ["cover", "free-beer"]})
    chosen = {one.id for one in cases.papers.lines if one.chosen}
    assert chosen == {"service", "blades", "cover"}


def test_a_refused_line_is_said_kindly(visitor: Browser, cases: FakeCases) -> None:
    cases.trouble = Refused("no such line")
    assert visitor.post(f"{BASE}/lines", {"lines": "shown"}).status_code == 409


def test_who_unticks_and_signs_at_once_sees_the_total_first(
    reader: Browser, cases: FakeCases
) -> None:
    first = reader.post(ACT, {"lines": "shown", "line": "cover"})
    assert first.location == f"{ACT}?changed=1"
    assert cases.begun == []
    second = reader.post(ACT, {"lines": "shown", "line": "cover"})
    assert second.location == f"{BASE}/sign/order-1"


def test_lines_of_another_s_turn_cannot_be_ticked(visitor: Browser, cases: FakeCases) -> None:
    cases.set_papers(act="wait", people=(replace(BOB, state="invited"), ALICE))
    page = _page(visitor)
    assert page.xpath("//input[@name='line']") == []
    assert page.xpath("//form[@id='act']") == []
    assert "Bob Berg comes first" in page.text_content()
    token = visitor.token()
    answer = visitor.client.post(
        f"{BASE}/lines",
        data={"lines": "shown", "csrf": token},
        headers={"User-Agent": visitor.agent},
    )
    assert answer.status_code in (303, 403)
    assert all(one.chosen for one in cases.papers.lines)


def test_lines_that_somebody_has_decided_say_what_was_chosen(
    visitor: Browser, cases: FakeCases
) -> None:
    def said() -> list[str]:
        shown = _page(visitor).xpath("//ul[@class='lines']//span[@class='size']")
        return [one.text_content().rpartition("·")[2].strip() for one in shown][-2:]

    assert said() == ["optional", "optional"]
    left_out = replace(cases.papers.lines[-1], chosen=False)
    cases.set_papers(lines=(*cases.papers.lines[:-1], left_out), may_choose=False)
    assert said() == ["chosen", "not chosen"]


def test_an_approver_has_one_button(reader: Browser, cases: FakeCases) -> None:
    cases.set_papers(act="approve", people=(replace(ALICE, role="approver"), BOB))
    assert "I approve this" in reader.get(ACT).text
    assert reader.post(ACT).location == f"{BASE}/done"
    page = reader.get(f"{BASE}/done").text
    assert "Thank you, it is approved" in page
    assert "Now we are waiting for Bob Berg." in page
    assert "You have approved this already" in reader.get(BASE).text


@pytest.mark.parametrize("act", ["read", "wait"])
def test_readers_and_waiters_have_nothing_to_press(
    visitor: Browser, cases: FakeCases, act: str
) -> None:
    cases.set_papers(act=act)
    assert visitor.get(BASE).location == ACT
    assert _page(visitor).xpath("//form[contains(@class, 'bar')]") == []
    for path in ("/review", "/decline", "/forward", "/form/contact"):
        assert visitor.get(BASE + path).location == BASE


def test_who_was_passed_over_reads_to_whom(visitor: Browser, cases: FakeCases) -> None:
    cases.set_papers(act="read", forwarded_to="Bob Berg")
    assert "You passed this on to Bob Berg" in visitor.get(ACT).text


def test_a_form_comes_before_the_document_and_the_review_after_it(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.case = replace(cases.case, form=REPAIR_FORM)
    assert visitor.get(BASE).location == f"{BASE}/form/contact"
    assert visitor.get(ACT).location == f"{BASE}/form/contact"
    assert "Step 1 of 4" in visitor.get(f"{BASE}/form/contact").text
    visitor.fill_in()
    assert visitor.get(BASE).location == ACT
    assert "Step 3 of 4" in visitor.get(ACT).text
    cases.set_papers(unseen=())
    assert visitor.post(ACT, TICKS).location == f"{BASE}/review"
    review = visitor.get(f"{BASE}/review").text
    assert "Step 4 of 4" in review
    assert "Go on to sign" in review
    assert "QR" not in review
    assert visitor.post(f"{BASE}/sign").location == f"{BASE}/sign/order-1"


def test_an_eid_signs_documents_by_way_of_the_review(reader: Browser, cases: FakeCases) -> None:
    cases.set_papers(offer=replace(cases.papers.offer, methods=()))
    assert reader.post(ACT, TICKS).location == f"{BASE}/review"
    assert "QR code" in reader.get(f"{BASE}/review").text


def test_a_case_without_lines_or_people_is_fine(visitor: Browser, cases: FakeCases) -> None:
    cases.set_papers(lines=(), totals=None, people=(), attachments=(), remarks=())
    page = _page(visitor)
    assert page.xpath("//section[@id='lines']") == []
    cases.set_papers(lines=LINES)  # no prices
    assert page.xpath("//dl[@class='totals']") == []
    assert visitor.get(ACT).status_code == 200

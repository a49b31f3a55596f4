"""The workshop's screen: role centre, documents, sending with files, job lines and their steps."""

from __future__ import annotations

import re

import pytest
import requests
from lxml import html

from connectors.dynamics_nav.sandbox.sendings import address
from tests.connectors.dynamics_nav.sandbox.sandbox_site import Nav

LINKS = {
    "button.additional_sale": "https://hub.example/b/additional?w=demo&k=1&id={id}",
    "button.offer": "https://hub.example/b/offer?w=demo&k=2&id=$id",
    "check": "https://hub.example/check/{table}/{id}",
    "cancel": "https://hub.example/cancel/{table}/{id}",
}


class Screen:
    """A person's browser without scripts."""

    def __init__(self, nav: Nav) -> None:
        self._nav = nav

    def open(self, path: str, status: int = 200):
        answer = requests.get(f"{self._nav.root}{path}", timeout=20)
        assert answer.status_code == status, path
        return html.fromstring(answer.text)

    def json(self, path: str):
        return requests.get(f"{self._nav.root}{path}", timeout=20).json()

    def post(self, path: str, status: int = 303, files=None, **form):
        answer = requests.post(
            f"{self._nav.root}{path}", data=form, files=files, timeout=20, allow_redirects=False
        )
        assert answer.status_code in (status, 302), answer.text[:500]
        return answer


@pytest.fixture
def screen(nav):
    return Screen(nav)


def words(page) -> str:
    return re.sub(r"\s+", " ", page.text_content())


def order(nav: Nav, number: str = "VO1001"):
    return nav.soap("SalesOrder").Read(No=number)


def test_every_page_opens(screen):
    for path in ("/", "/customers", "/quotes", "/orders", "/customers/K10030", "/quotes/VQ1001",
                 "/orders/VO1002", "/orders/VO1001/edit", "/quotes/VQ1001/edit"):  # fmt: skip
        screen.open(path)
    for path in ("/customers/K9", "/quotes/VQ9", "/orders/VO9", "/lists/x/active", "/files/77"):
        screen.open(path, 404)


@pytest.mark.parametrize(
    ("link", "opened"),
    [
        ("customer/K10020", "/customers/K10020"),
        ("sales_quote/VQ1001", "/quotes/VQ1001"),
        ("order/VO1001", "/orders/VO1001"),
        ("job_line/Order,VO1001,20000", "/orders/VO1001"),
    ],
)
def test_a_link_to_a_record_opens_it(nav, link, opened):
    answer = requests.get(f"{nav.root}/{link}", timeout=20)
    assert (answer.status_code, answer.url) == (200, f"{nav.root}{opened}")


def test_lists_are_searched(screen):
    assert "VQ1002" in words(screen.open("/quotes?q=snöslunga"))
    assert "VQ1001" not in words(screen.open("/quotes?q=snöslunga"))
    assert "Ingen kund passar" in words(screen.open("/customers?q=zzz"))


@pytest.mark.parametrize(
    ("status", "group"),
    [("Draft", "active"), ("Sent", "active"), ("Seen", "active"), ("Declined", "declined"),
     ("Signed", "signed"), ("Expired", "over"), ("Withdrawn", "over"), ("Failed", "over")],
)  # fmt: skip
def test_a_quote_stands_in_the_list_of_its_digital_status(nav, screen, status, group):
    nav.soap("SigningHub").SetDigitalStatus("Quote", "VQ1001", status, "", "", "")
    for one in ("active", "declined", "signed", "over"):
        assert ("VQ1001" in words(screen.open(f"/lists/quotes/{one}"))) is (one == group)
    tile = screen.open("/").xpath(f'//a[contains(@href, "/lists/quotes/{group}")]/b')[0]
    assert tile.text == "1"


def test_job_lines_stand_one_by_one_in_the_lists_for_additional_sales(nav, screen):
    hub = nav.soap("SigningHub")
    hub.SetDigitalStatus("Order", "VO1001", "Sent", "", "", "")
    at = nav.clock.now()
    hub.SetLineDecision("Order", "VO1001", 20000, "Decided", "Accepted", at)
    rows = {
        g: screen.open(f"/lists/job-lines/{g}").xpath("//tbody/tr")
        for g in ("active", "signed", "declined")
    }
    assert [len(found) for found in rows.values()] == [1, 1, 0]
    assert "Laga sprucken kåpa" in rows["active"][0].text_content()
    assert rows["signed"][0].xpath('.//a[@href="/orders/VO1001"]')


def test_sending_keeps_the_chosen_files_and_opens_the_hubs_page(nav, screen):
    nav.sandbox.connect(LINKS)
    answer = screen.post(
        "/orders/VO1001/send", kind="additional_sale", chosen=["2"], must_view=["1", "2"]
    )
    assert answer.headers["Location"] == "https://hub.example/b/additional?w=demo&k=1&id=VO1001"
    files = nav.soap("DocumentAttachment").ReadMultiple(
        filter=[{"Field": "No", "Criteria": "VO1001"}], setSize=0
    )
    assert [(file.Chosen, file.Must_View) for file in files] == [(False, False), (True, True)]
    assert screen.post("/orders/VO1001/send", 404, kind="offer").status_code == 404


def test_the_buttons_are_links_once_the_hub_has_told_its_addresses(nav, screen):
    page = screen.open("/quotes/VQ1001")
    assert page.xpath('//button[@id="send"]/@disabled')
    assert "har inte lämnat sin adress" in words(page)
    nav.sandbox.connect(LINKS)
    page = screen.open("/quotes/VQ1001")
    assert not page.xpath('//button[@id="send"]/@disabled')
    assert page.xpath('//a[@id="check"]/@href') == ["https://hub.example/check/quote/VQ1001"]
    assert page.xpath('//a[@id="cancel"]/@href') == ["https://hub.example/cancel/quote/VQ1001"]
    assert page.xpath('//input[@name="kind"][@checked]/@value') == ["offer"]
    assert screen.open("/quotes/VQ1002").xpath('//input[@name="kind"][@checked]/@value') == [
        "quick_offer"
    ]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ({"button": "https://h.example/b/x?k=1&id={id}"}, "https://h.example/b/x?k=1&id=VO1"),
        ({"button": "https://h.example/b/x"}, "https://h.example/b/x/VO1"),
        ({"button": "https://h.example/{kind}/{table}/{id}"},
         "https://h.example/additional_sale/order/VO1"),
        ({"button.additional_sale": "https://h.example/a?id=$id", "button": "https://no.example"},
         "https://h.example/a?id=VO1"),
        ({"button.offer": "https://h.example/b/x?k=1&id={id}"}, ""),
    ],
)  # fmt: skip
def test_an_address_is_made_from_what_the_hub_told(links, expected):
    values = {"No": "VO1", "Document_Type": "Order"}
    assert address(links, "button.additional_sale", values) == expected


def test_a_picture_is_added_and_shown(nav, screen):
    screen.post("/quotes/VQ1001/upload", files={"file": ("foto.png", b"\x89PNG", "image/png")})
    page = screen.open("/quotes/VQ1001")
    assert "foto.png" in words(page)
    link = page.xpath("//img/@src")[-1]
    shown = requests.get(f"{nav.root}{link}", timeout=20)
    assert (shown.content, shown.headers["Content-Type"]) == (b"\x89PNG", "image/png")


def test_a_file_that_is_no_picture_is_only_downloaded(nav, screen):
    screen.post("/quotes/VQ1001/upload", files={"file": ("x.html", b"<script>", "text/html")})
    (link,) = screen.open("/quotes/VQ1001").xpath('//a[@class="thumb"][not(img)]/@href')
    answer = requests.get(f"{nav.root}{link}", timeout=20)
    assert answer.content == b"<script>"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_job_line_is_found_priced_offered_and_decided(nav, screen):
    screen.post("/orders/VO1001/line", No="", Description="Rostig bult", Quantity="2",
                Unit_Price="45,50", Job_Line="true", Step="Found")  # fmt: skip
    line = order(nav).SalesLines.Sales_Order_Line[-1]
    assert (line.Step, line.Line_Amount) == ("Found", 91)
    for step in ("Priced", "Offered", "Offered"):  # decided is what the customer does
        screen.post("/orders/VO1001/step", line=str(line.Line_No))
        assert order(nav).SalesLines.Sales_Order_Line[-1].Step == step
    screen.post("/orders/VO1001/step", line=str(line.Line_No), decision="Declined")
    line = order(nav).SalesLines.Sales_Order_Line[-1]
    assert (line.Step, line.Decision, line.Decided_At) == ("Decided", "Declined", nav.clock.now())
    answer = screen.post("/orders/VO1001/copy", line=str(line.Line_No))
    assert answer.headers["Location"].endswith("/quotes/VQ1101")
    assert "Rostig bult" in words(screen.open("/quotes/VQ1101"))


def test_a_refusal_stands_on_the_page_in_swedish(screen):
    page = html.fromstring(
        screen.post("/orders/VO1002/step", 400, line="20000", decision="Accepted").text
    )
    assert "Fakturerat antal måste vara" in page.xpath('//*[@role="alert"]')[0].text_content()
    page = html.fromstring(screen.post("/quotes/VQ1004/order", 400).text)
    assert "valutakurs" in page.xpath('//*[@role="alert"]')[0].text_content()
    page = html.fromstring(screen.post("/customers/K10040/new", 400, kind="quote").text)
    assert "spärrad" in page.xpath('//*[@role="alert"]')[0].text_content()


def test_a_person_edits_releases_and_makes_an_order(nav, screen):
    edited = {"Sell_to_Contact": "Bob", "Sell_to_Phone_No": "070-174 06 99", "Sell_to_E_Mail": "",
              "Object_Description": "Klippare", "Registration_Mark": "", "Your_Reference": "",
              "Currency_Code": ""}  # fmt: skip
    screen.post("/quotes/VQ1001/edit", **edited)
    quote = nav.soap("SalesQuote").Read(No="VQ1001")
    assert (quote.Sell_to_Contact, quote.Sell_to_E_Mail) == ("Bob", None)
    wrong = requests.post(
        f"{nav.root}/quotes/VQ1001/edit", data={**edited, "Currency_Code": "XAU"}, timeout=20
    )
    assert "valutakurs" in wrong.text
    screen.post("/quotes/VQ1001/release")
    assert nav.soap("SalesQuote").Read(No="VQ1001").Status == "Released"
    screen.post("/quotes/VQ1001/release")
    answer = screen.post("/quotes/VQ1001/order")
    assert answer.headers["Location"].endswith("/orders/VO1101")
    made = screen.post("/customers/K10010/new", kind="order")
    assert made.headers["Location"].endswith("/orders/VO1102")


def test_digital_status_chat_and_notes_are_on_the_record(nav, screen):
    hub = nav.soap("SigningHub")
    hub.SetDigitalStatus("Order", "VO1001", "Seen", "", "ga-7", "https://portal.example/d/ga-7")
    hub.AddChatLine("Order", "VO1001", "Elsa Lindqvist", "Kan ni vänta?", nav.clock.now(), "")
    screen.post("/orders/VO1001/note", text="Ringde kunden")
    page = screen.open("/orders/VO1001")
    assert page.xpath('//a[text()="ga-7"]/@href') == ["https://portal.example/d/ga-7"]
    assert "läst" in page.xpath('//*[@id="digital-status"]')[0].text_content()
    assert "Kan ni vänta?" in words(page.xpath('//*[@data-live="chat"]')[0])
    assert "Bob 2026-03-02 10:30" in words(page.xpath('//*[@id="notes"]')[0])


def test_a_link_that_is_none_is_not_shown_as_one(nav, screen):
    hub = nav.soap("SigningHub")
    hub.SetDigitalStatus("Order", "VO1001", "Seen", "", "ga-7", "javascript:alert(1)")
    assert not screen.open("/orders/VO1001").xpath('//a[starts-with(@href, "javascript")]')


def test_the_page_is_told_when_something_has_changed(nav):
    def version() -> str:
        return requests.get(f"{nav.root}/orders/VO1001.json", timeout=20).json()["version"]

    seen = [version()]
    nav.soap("SigningHub").AddNote("Order", "VO1001", "x", "")
    seen.append(version())
    line = nav.soap("JobLine").Read("Order", "VO1001", 20000)
    nav.soap("JobLine").Update(JobLine={"Key": line.Key, "Step": "Decided"})
    seen.append(version())
    assert len(set(seen)) == 3
    assert version() == seen[-1]


def test_the_sandboxs_start_page_gets_links_that_open(nav, screen):
    for link in nav.sandbox.links():
        screen.open(link.path)


def test_texts_are_escaped(nav, screen):
    nav.soap("SigningHub").AddNote("Order", "VO1001", "<script>x</script>", "")
    text = requests.get(f"{nav.root}/orders/VO1001", timeout=20).text
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


def test_an_article_brings_its_words_and_price(nav, screen):
    screen.post("/orders/VO1001/line", No="REM-A52", Quantity="1", Optional="true")
    shown = screen.json("/orders/VO1001.json")["lines"]["60000"]
    assert (shown["Description"], shown["Unit_Price"]) == ("Drivrem A52", "415")
    assert shown["Optional"] == "true"


def test_a_document_tells_what_its_page_shows(nav, screen):
    screen.post("/orders/VO1001/note", text="Ring först.")
    shown = screen.json("/orders/VO1001.json")
    assert (shown["fields"]["No"], shown["fields"]["Amount"]) == ("VO1001", "2703.00")
    assert shown["lines"]["20000"]["Step"] == "Offered"
    assert shown["notes"] == [{"author": "Bob", "kind": "Note", "text": "Ring först."}]
    picture, other = shown["files"]
    assert (picture["name"], picture["must_view"]) == ("sprucken-kapa.png", True)
    assert requests.get(picture["url"], timeout=20).content.startswith(b"\x89PNG")
    assert other["chosen"] is False
    screen.open("/orders/VO9999.json", 404)


def test_a_kind_that_two_tables_have_opens_the_page_of_its_own():
    links = {
        "button": "https://h.example/b/x",
        "button.optional_sale": "https://h.example/b/quotes?id={id}",
        "button.optional_sale.order": "https://h.example/b/orders?id={id}",
    }
    of = {kind: {"No": "X1", "Document_Type": kind} for kind in ("Quote", "Order")}
    assert address(links, "button.optional_sale", of["Quote"]) == (
        "https://h.example/b/quotes?id=X1"
    )
    assert address(links, "button.optional_sale", of["Order"]) == (
        "https://h.example/b/orders?id=X1"
    )

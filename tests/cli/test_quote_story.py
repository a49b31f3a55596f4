"""``paraph demo --headless --story quotes`` ends well only if the CRM's records agree."""

from __future__ import annotations

import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import pytest

from hub.cli.quote_customer import QuoteCustomer
from hub.cli.quote_script import load_quote_script
from hub.cli.quote_story import QuoteStory
from hub.cli.robot import Page, Stuck
from tests.house.tree import ROOT
from tests.services.evidence import proofs
from tests.services.evidence.authority import authority

SCRIPT = load_quote_script(ROOT / "config" / "stories" / "quotes.yaml")
SIGNED, REFUSED = SCRIPT.acts[:2]


@pytest.mark.heavy
def test_quotes_are_signed_refused_accepted_and_duplicated(tmp_path):
    command = [sys.executable, "-m", "hub.cli", "demo", "--headless", "--story", "quotes"]
    told = subprocess.run(
        [*command, "--folder", str(tmp_path / "demo")],
        cwd=ROOT, capture_output=True, text=True, timeout=540, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout[-3000:]
    for act in SCRIPT.acts:
        assert f"{act.name}: the CRM" in told.stdout
    assert "The record holds what it must." in told.stdout


class Crm:
    """A desk that shows what it was given."""

    def __init__(self, **shown):
        self.given = {
            "fields": {}, "notes": [], "files": [], "orders": [], "order_lines": [], "tasks": [],
            "invoices": [], "copies": [], **shown,
        }  # fmt: skip
        self.letters, self.files = [], {}

    def shown(self, where):
        return self.given

    def mails(self, address):
        return self.letters

    def fetch(self, url):
        return self.files[url]


def as_it_should_be(act):
    """What the CRM shows of an act that went well."""
    filled = dict.fromkeys(act.filled, "there")
    fields = {**filled, **act.holds, **act.holds_part}
    order = [{"reference": act.order["reference"]}] if act.order else []
    copies = [{**act.copy, "products": [{"id": one} for one in act.copy.get("products", ())]}]
    return {
        "fields": fields,
        "notes": list(act.notes),
        "files": [{"name": f"signed{end}", "url": "pdf"} for end in act.files],
        "orders": order,
        "order_lines": [{"product": one} for one in act.order.get("lines", ())],
        "tasks": [{"subject": one} for one in act.tasks],
        "invoices": [dict(act.invoice)] if act.invoice else [],
        "copies": copies if act.copy else [],
    }


@pytest.fixture
def story(tmp_path):
    roots = tmp_path / "root.pem"
    roots.write_bytes(authority().root_pem)
    return QuoteStory(SCRIPT, "http://127.0.0.1:9", None, roots)


COPY = {"reference": "D-2", "state": "draft", "products": ["p1"]}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda shown: shown["fields"].update(state="sent"), "state is 'sent', not 'accepted'"),
        (lambda shown: shown["fields"].update(signed_at=""), "signed_at is empty"),
        (lambda shown: shown["notes"].clear(), "no note"),
        (lambda shown: shown["files"].clear(), "no file .pdf"),
        (lambda shown: shown["orders"].append({"reference": "BC-2"}), "no single order"),
        (lambda shown: shown["order_lines"].pop(), "the order has the lines"),
        (lambda shown: shown["tasks"].clear(), "the tasks are []"),
        (lambda shown: shown["invoices"].clear(), "no single invoice"),
        (lambda shown: shown["copies"].clear(), "no single duplicate with reference"),
    ],
)
def test_it_says_what_the_crm_does_not_show(story, spoil, said):
    act = replace(SIGNED, copy=COPY)
    story._desk = Crm(**deepcopy(as_it_should_be(act)))
    story._desk.letters = [act.mail["says"]]
    assert list(story.missing(act, "1")) == []
    spoil(story._desk.given)
    assert any(one.startswith(said) for one in story.missing(act, "1"))


def test_it_says_which_order_should_not_be_and_which_mail_is_missing(story):
    story._desk = Crm(
        **as_it_should_be(REFUSED),
    )
    assert list(story.missing(REFUSED, "2")) == []
    story._desk.given["orders"] = [{"reference": "BC-1"}]
    assert list(story.missing(REFUSED, "2")) == ["an order has followed"]
    story._desk = Crm(**as_it_should_be(SIGNED))
    assert list(story.missing(SIGNED, "1")) == ["no e-mail to compta@example.com"]


def test_it_says_which_file_does_not_hold(story):
    signed = proofs.made().named("signed.pdf")
    story._desk = desk = Crm(files=[{"name": "signed.pdf", "url": "pdf"}])
    desk.files = {"pdf": signed}
    assert list(story._proofs(SIGNED, "1")) == []
    spoilt = bytearray(signed)
    spoilt[len(spoilt) // 3] ^= 1
    desk.files["pdf"] = bytes(spoilt)
    (problem,) = story._proofs(SIGNED, "1")
    assert problem.startswith("signed.pdf does not hold")


def test_it_is_stuck_where_nothing_leads_on():
    customer = QuoteCustomer("http://h/s/1")
    page = Page("http://h/s/1/document", 200, "<main><h1>Read</h1></main>")
    with pytest.raises(Stuck, match="nothing leads on from 'Read'"):
        customer._to_the_end(page, SIGNED)
    customer.close()

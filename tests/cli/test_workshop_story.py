"""``paraph demo --headless --story workshop`` ends well only if the ERP, the provider and the role
centre's lists agree."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from hub.cli.hosted_signer import HostedSigner
from hub.cli.robot import Page, Stuck
from hub.cli.workshop_lists import dashboard_problems, list_problems
from hub.cli.workshop_script import load_workshop_script
from hub.cli.workshop_story import WorkshopStory
from tests.house.tree import ROOT
from tests.services.evidence import proofs
from tests.services.evidence.authority import authority

SCRIPT = load_workshop_script(ROOT / "config" / "stories" / "workshop.yaml")
SALE = SCRIPT.acts[0]


@pytest.mark.heavy
def test_a_workshop_sends_every_kind_of_document(tmp_path):
    command = [sys.executable, "-m", "hub.cli", "demo", "--headless", "--story", "workshop"]
    told = subprocess.run(
        [*command, "--folder", str(tmp_path / "demo")],
        cwd=ROOT, capture_output=True, text=True, timeout=540, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout[-3000:]
    for act in SCRIPT.acts:
        assert f"{act.name}: proofs and the provider" in told.stdout
    assert "The record holds what it must." in told.stdout


class Nobody:
    """A desk that shows what it was given."""

    def __init__(self, **shown):
        self.given = {"fields": {}, "lines": {}, "notes": [], "files": [], **shown}
        self.files = {}

    def shown(self, where):
        return self.given

    def fetch(self, url):
        return self.files[url]

    def open(self, url):
        return Page(url, 200, "<main>Draft</main>")

    def found(self, listed, word):
        return "quotes/VQ1"


@pytest.fixture
def story(tmp_path):
    roots = tmp_path / "root.pem"
    roots.write_bytes(authority().root_pem)
    return WorkshopStory(SCRIPT, "http://127.0.0.1:9", None, roots)


def test_it_says_what_the_record_does_not_show(story):
    story._desk = Nobody()
    missing = list(story._missing(SALE, "orders/VO1001"))
    assert len(missing) == len(SALE.lines) + len(SALE.notes) + len(SALE.attached)
    lines = {number: dict(wanted) for number, wanted in SALE.lines.items()}
    lines["40000"]["Decision"] = "Accepted"
    notes = [{"text": f"Elsa: {text}"} for text in SALE.notes]
    files = [{"name": "signed-1.pdf"}, {"name": "bevis.zip"}]
    story._desk = Nobody(lines=lines, notes=notes, files=files)
    assert list(story._missing(SALE, "orders/VO1001")) == [
        "line 40000: {'Step': 'Decided', 'Decision': 'Declined'}"
    ]


def test_it_says_which_proof_does_not_hold_and_which_file_is_not_in_it(story):
    proof = proofs.made()
    files = [{"name": "a.pdf", "url": "pdf"}, {"name": "b.zip", "url": "zip"}]
    story._desk = desk = Nobody(files=files)
    desk.files = {"pdf": proof.named("signed.pdf"), "zip": proof.content}
    assert list(story._proofs(SALE, "orders/VO1001")) == []
    desk.files["pdf"] = b"%PDF another"
    (problem,) = story._proofs(SALE, "orders/VO1001")
    assert problem == "the signed file on the record is not the one in the proof"
    spoilt = bytearray(proof.content)
    spoilt[len(spoilt) // 2] ^= 1
    desk.files["zip"] = bytes(spoilt)
    (problem,) = story._proofs(SALE, "orders/VO1001")
    assert problem.startswith("the proof does not hold")
    assert zipfile.is_zipfile(BytesIO(proof.content))


def test_it_says_where_the_provider_and_the_follow_up_differ(story):
    story._desk = Nobody(lines={"10000": {"Description": "Something else"}})
    assert list(story._provider(SALE, "http://portal")) == [
        "the provider's portal does not say 'Signed'"
    ]
    assert list(story._follows(SALE)) == ["quotes/VQ1 has the lines ['Something else']"]


class Told:
    """An API that answers what it was given."""

    def __init__(self, **answers):
        self.answers = answers

    def get(self, path, **query):
        return self.answers[path.partition("/")[0]]


def test_it_says_which_list_is_not_as_it_should_be():
    api = Told(lists={"items": [{"number": "VQ1", "record_url": "http://erp/VQ1"}]})
    assert list(list_problems(api, {"lists/requests?group=signed": {"number": ["VQ1"]}})) == []
    (problem,) = list_problems(api, {"lists/requests?group=signed": {"number": ["VQ2"]}})
    assert problem == "lists/requests?group=signed: number is ['VQ1']"
    api = Told(lists={"items": [{"number": "VQ1", "record_url": None}]})
    (problem,) = list_problems(api, {"lists/requests": {"number": ["VQ1"]}})
    assert problem == "lists/requests: a row does not open its record"


def test_it_says_what_the_dashboard_counts_wrongly():
    counts = [{"word": "signed", "count": 2, "url": "http://portal/signed"}]
    api = Told(instances={"counts": counts, "latest": [{}]})
    told = [*dashboard_problems(api, "there", {"signed": 2}, lambda url: True)]
    assert told == []
    told = [*dashboard_problems(api, "there", {"signed": 3}, lambda url: False)]
    assert told == [
        "the dashboard counts {'signed': 2}",
        "the dashboard's figure 'signed' opens nothing",
    ]


def test_it_is_stuck_where_one_could_sign_unseen(monkeypatch):
    page = Page("http://p/v/1/sign", 200, "<main><h1>Sign</h1><p>Your name</p></main>")
    customer = HostedSigner("http://h/s/1")
    monkeypatch.setattr(customer, "open", lambda: page)
    monkeypatch.setattr(customer, "_on_to_sign", lambda shown, act: page)
    with pytest.raises(Stuck, match="could sign unseen, on 'Sign'"):
        customer.is_held_back(replace(SALE, takes=()))
    customer.close()

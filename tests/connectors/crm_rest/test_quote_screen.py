"""The simulated CRM's screen of quotes: what people see, and what its API may write there."""

from __future__ import annotations

import pytest

from connectors.crm_rest.sandbox.quote_screen import moment, money
from connectors.crm_rest.sandbox.quotes import FIELDS, QUOTES
from connectors.crm_rest.sandbox.service import FIELDS as SERVICE
from hub.mapping.document import read_document
from tests.house.tree import ROOT

BUTTON = "https://hub.example/b/crm_quote?k=1&id={id}"


@pytest.fixture
def crm(driver):
    driver.sandbox.connect({"button.quote.quote": BUTTON})
    return driver.sandbox


@pytest.fixture
def screen(crm):
    """What a browser shows of an address."""
    client = crm._app.test_client()
    return lambda path: client.get(path)


def write(crm, **fields):
    crm.store.update(QUOTES, "1", fields)


def test_a_draft_is_sent_and_what_was_sent_is_chased_by_the_same_button(crm, screen):
    page = screen("/quotes/1").text
    assert "Envoyer par e-mail" in page
    assert "k=1&amp;id=1" in page
    write(crm, state="sent")
    assert "Relancer" in screen("/quotes/1").text
    write(crm, state="accepted", accepted_by="Alice")
    assert 'id="send"' not in screen("/quotes/1").text


def test_without_the_hub_the_button_is_dead(crm, screen):
    crm.connect({})
    assert 'aria-disabled="true"' in screen("/quotes/1").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "accepted", "signed_by": "Alice", "signed_at": "2026-01-15T12:00:00Z"},
         "Signé par Alice, le 15 janv., 13:00."),
        ({"state": "accepted", "accepted_by": "Alice"}, "Accepté sans signature par Alice."),
        ({"state": "refused", "refused_reason": "Trop cher"}, "Refusé : Trop cher"),
    ],
)  # fmt: skip
def test_a_banner_says_how_it_ended(crm, screen, fields, said):
    write(crm, **fields)
    assert said in screen("/quotes/1").text


def test_the_list_shows_state_and_views(crm, screen):
    write(crm, state="sent", views=3)
    page = " ".join(screen("/quotes").text.split())
    assert '<span class="pill busy">Envoyé</span></td> <td class="num">3</td>' in page


def test_the_history_is_in_order_of_time(crm, screen):
    write(crm, sent_at="2026-01-15T12:00:00Z", chased_at="2026-01-17T09:00:00Z")
    crm.store.add_note(
        QUOTES, "1", "2026-01-16T12:00:00Z · Alice a consulté le devis (1) [ref 0a1b]"
    )
    crm.store.add_note(QUOTES, "1", "Alice: <b>Avant mars ?</b>")
    page = screen("/quotes/1").text
    parts = ("Envoyé par e-mail", "Alice a consulté le devis (1)", "Relancé", "Alice: &lt;b&gt;")
    assert "[ref" not in page
    places = [page.index(one, page.index('id="history"')) for one in parts]
    assert places == sorted(places)


def test_a_copy_gets_a_number_of_its_own_and_each_page_names_the_other(crm, screen):
    made = crm.store.create(QUOTES, {"copied_from": "1", "products": []})
    assert made.fields["reference"] == "D-2026-46"
    assert "copie de" in screen(f"/quotes/{made.id}").text
    assert "D-2026-46" in screen("/quotes/1").text


def test_a_quote_that_is_not_there_is_said_to_be_missing(screen):
    answer = screen("/quotes/99")
    assert answer.status_code == 404
    assert "existe pas" in answer.text
    assert screen("/quotes/1/files/0").status_code == 404


def test_amounts_and_moments_are_as_in_france():
    assert money("2490") == "2\u202f490,00\u00a0€"
    assert moment("2026-07-15T12:05:00Z") == "15 juil., 14:05"
    assert moment("soon") == "soon"


def test_the_mapping_writes_only_what_the_crm_has():
    """Strict as the CRM is, a field that it does not have would give the write-back up."""
    text = (ROOT / "mappings" / "crm_quote.yaml").read_text(encoding="utf-8")
    data = read_document(text, "").data
    steps = [step for name in ("back", "then", "on_call") for one in data[name].values()
             for step in one]  # fmt: skip
    updates = [row["to"] for step in steps for row in step.get("update", ())]
    assert set(updates) <= set(FIELDS[QUOTES])
    made = [step["create"] for step in steps if "create" in step]
    made += [{"table": one["table"], "rows": one["rows"]} for one in data["records"].values()]
    for one in made:
        known = set(SERVICE["task"] if one["table"] == "task" else FIELDS[f"{one['table']}s"])
        assert {row["to"] for row in one["rows"]} <= known, one["table"]

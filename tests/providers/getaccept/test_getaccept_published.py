"""Answers in the published shapes are understood, whatever simulator we have."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from hub.contracts.agreements import NOT_YET, AgreementState, Placed
from hub.kernel.errors import Retryable
from providers.getaccept.settings import TOKEN
from tests.contracts.hosted_driver import ALICE
from tests.contracts.provider_driver import caught
from tests.providers.getaccept import published

SIGNED_AT = datetime(2026, 3, 2, 9, 18, 44, tzinfo=UTC)


@pytest.fixture
def account(driver, httpserver):
    """The provider before an account that answers with what is published."""
    path = f"/v1/documents/{published.ID}"
    for part, answer in {
        "": published.DOCUMENT,
        "/recipients": published.RECIPIENTS,
        "/events": published.EVENTS,
        "/comments": published.COMMENTS,
        "/fields": published.FIELDS,
        "/attachments": published.ATTACHMENTS,
        "/status": {"status": "signed"},
        "/log": [],
    }.items():
        httpserver.expect_request(path + part).respond_with_json(answer)
    more = {"auth": TOKEN, "access_token": "t", "entity_id": ""}
    made = driver.provider(base_url=httpserver.url_for("/v1"), **more)
    yield made
    made.close()


@pytest.fixture
def agreement(driver):
    choices = (driver.choice("10", label="Brakes"), driver.choice("20", label="Rust"))
    files = (driver.file("terms.pdf", "Terms", must_view=True), driver.file("photo.jpg", "Photo"))
    return driver.agreement(choices=choices, attachments=files)


def test_a_published_hook_names_its_document(driver, provider):
    found = provider.read_hook(driver.hook(orjson.dumps(published.HOOK)))
    assert found.references == (published.ID,)


def test_a_published_document_is_surveyed_whole(account, agreement):
    placed = Placed(published.ID, {"people": {"customer": "rec1"}, "boxes": {}}, ready=True)
    found = account.survey(agreement, placed)
    assert (found.state, found.word) == (AgreementState.COMPLETED, "signed")
    assert found.at == SIGNED_AT
    assert found.expires_at == datetime(2026, 4, 2, 4, 59, tzinfo=UTC)
    (person,) = found.people
    assert (person.key, person.status, person.methods) == (
        ALICE.key, "signed", ("sms", "signature"),
    )  # fmt: skip
    assert person.at == SIGNED_AT
    assert [one.kind for one in found.trail] == ["invited", "opened", "completed"]
    assert {one.person for one in found.trail} == {ALICE.key}
    assert [(one.ours, one.text) for one in found.remarks] == [
        (False, "When is it done?"), (True, "On Friday."),
    ]  # fmt: skip
    assert found.choices == {"10": True, "20": False}
    assert found.viewed == {"Terms"}
    assert b"0123456789abcdef" not in orjson.dumps(dict(found.raw))
    assert found.raw["a_key_of_tomorrow"] == {"nobody": ["knows"]}


def test_people_are_found_without_their_ids(account, agreement):
    links = account.links(agreement, Placed(published.ID, {}, ready=True))
    assert links == {ALICE.key: "https://app.getaccept.com/v/0123456789abcdef"}


def test_the_evidence_of_a_published_document_lets_nobody_in(account, agreement):
    parts = account.evidence(agreement, Placed(published.ID, {}, ready=True))
    assert b"0123456789abcdef" not in b"".join(part.content for part in parts)


def test_only_a_pdf_is_taken_for_the_signed_file(account, agreement, httpserver):
    placed = Placed(published.ID, {}, ready=True)
    url = httpserver.url_for("/bucket/a.pdf")
    path = f"/v1/documents/{published.ID}/download"
    httpserver.expect_request(path).respond_with_json({"document_url": url})
    for content in (b"PK\x03\x04 a zip", b"", b"Not yet"):
        httpserver.expect_oneshot_request("/bucket/a.pdf").respond_with_data(content)
        error = caught(lambda: account.signed_file(agreement, placed, 1000))
        assert (type(error), error.code) == (Retryable, NOT_YET)
    httpserver.expect_oneshot_request("/bucket/a.pdf").respond_with_data(b"%PDF-1.7 signed")
    assert account.signed_file(agreement, placed, 1000) == b"%PDF-1.7 signed"

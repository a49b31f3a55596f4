"""What is sent for an agreement, and what is refused before anything is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.contracts.money import Money
from hub.kernel.errors import Refused
from providers.getaccept.body import create_body, field_body, labels
from providers.getaccept.checks import KINDS, file_name
from providers.getaccept.settings import INTERNAL, GetAcceptSettings
from providers.getaccept.words import WORDS
from tests.contracts.hosted_driver import ALICE, BOB
from tests.contracts.provider_driver import caught

LANGUAGES = {"en", "sv", "da", "nb", "fi", "ro", "fr", "de"}


@pytest.fixture
def body(driver):
    """The body of a create."""

    def made(settings=None, **changes):
        agreement = driver.agreement(**changes)
        ids = [f"att{number}" for number, _ in enumerate(agreement.attachments)]
        state = {"file": "abc.pdf", "attachments": ids}
        return create_body(agreement, state, GetAcceptSettings(**(settings or {})))

    return made


def test_a_create_never_sends_by_itself_and_names_its_file_as_text(body):
    made = body()
    assert made["is_automatic_sending"] is False
    assert made["file_ids"] == "abc.pdf"
    assert made["external_id"] == "request-1"
    assert made["is_signing_order"] is False
    assert not {"value", "expiration_date", "tags", "sender_email"} & set(made)
    assert body(invited_by="provider")["is_automatic_sending"] is False


def test_what_is_known_goes_along(body):
    made = body(
        settings={"sender_email": "anna@bilhuset.example"},
        value=Money(Decimal("49000.00"), "SEK"),
        expires_at=datetime(2026, 12, 1, 10, 0, tzinfo=UTC),
        subject="An offer",
        message="Hello",
        tags=("offer", "workshop "),
        provider_reminds=True,
        title=" Offer \n 1001 ",
    )
    assert made["value"] == 49000
    assert isinstance(made["value"], int)
    assert made["expiration_date"] == "2026-12-01T10:00:00+00:00"
    assert (made["email_send_subject"], made["email_send_message"]) == ("An offer", "Hello")
    assert (made["tags"], made["sender_email"]) == ("offer,workshop", "anna@bilhuset.example")
    assert made["is_reminder_sending"] is True
    assert made["name"] == "Offer 1001"


def test_a_value_in_another_currency_is_not_handed_over(body):
    assert "value" not in body(value=Money(Decimal("10.50"), "EUR"))
    assert body(settings={"currency": "EUR"}, value=Money(Decimal("10.50"), "EUR"))["value"] == 10.5


def test_people_have_roles_an_order_and_a_code(body):
    approver = replace(BOB, key="a", role="approver", turn=1)
    people = (replace(ALICE, turn=2, code="sms"), approver, replace(BOB, role="copy"))
    made = body(people=people)
    assert made["is_signing_order"] is True
    rows = made["recipients"]
    assert [row["role"] for row in rows] == ["signer", "externalApprover", "cc"]
    assert [row["order_num"] for row in rows] == [2, 1, 1]
    assert [row.get("verify_sms_sign") for row in rows] == [True, None, None]
    assert (rows[0]["first_name"], rows[0]["last_name"]) == ("Alice", "Andersson")
    inside = body(settings={"approvers": INTERNAL}, people=people)
    assert inside["recipients"][1]["role"] == "internalApprover"
    assert "order_num" not in body(people=(ALICE, BOB))["recipients"][0]


def test_sms_is_sent_only_where_getaccept_invites_by_it(body):
    assert body(ways=("email", "sms"))["is_sms_sending"] is False
    assert body(invited_by="provider", ways=("email",))["is_sms_sending"] is False
    made = body(invited_by="provider", ways=("email", "sms"))
    assert made["is_sms_sending"] is True
    assert made["recipients"][0]["email"] == ALICE.email


def test_by_sms_alone_no_address_is_handed_over_that_it_would_write_to(body):
    made = body(invited_by="provider", ways=("sms",))
    assert "email" not in made["recipients"][0]
    assert made["recipients"][0]["mobile"] == ALICE.mobile
    assert body(ways=("sms",))["recipients"][0]["email"] == ALICE.email


def test_attachments_say_which_must_be_viewed(driver, body):
    files = (driver.file("a.pdf", "A", must_view=True), driver.file("b.pdf", "B"))
    assert body(attachments=files)["attachments"] == [
        {"type": "file", "id": "att0", "title": "A", "require_view": True},
        {"type": "file", "id": "att1", "title": "B", "require_view": False},
    ]


def test_a_box_stands_where_it_is_wanted(driver):
    choice = driver.choice("10", page=2, left=40.5, top=200.0, size=14.0, chosen=True)
    made = field_body(choice, "Brakes", "p1")
    place = {"page_num": 3, "field_left": 40.5, "field_top": 200.0}
    assert place.items() <= made.items()
    assert (made["field_width"], made["field_height"]) == (14.0, 14.0)
    assert (made["field_type"], made["field_value"], made["recipient_id"]) == ("check", "1", "p1")
    assert made["is_required"] is False


def test_labels_are_never_the_same(driver):
    same = [driver.choice(str(n), label=" Brakes  new") for n in range(3)]
    assert labels([*same, driver.choice("9", label="")]) == {
        "0": "Brakes new", "1": "Brakes new (2)", "2": "Brakes new (3)", "9": "9",
    }  # fmt: skip


def test_a_file_has_the_ending_that_a_conversion_goes_by(driver):
    assert file_name(driver.file("Offert å.PDF")) == "Offert å.PDF"
    assert file_name(driver.file("offer")) == "offer.pdf"
    assert file_name(driver.file("../a/b.pdf")) == ".. a b.pdf"
    assert file_name(driver.file("")) == "document.pdf"
    assert {"pdf", "docx", "jpeg"} <= KINDS


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"people": (replace(ALICE, email=None, mobile=None),)}, "no_contact"),
        ({"people": (ALICE, replace(BOB, email="ALICE@example.com"))}, "same_contact"),
        (
            {"people": (replace(ALICE, email=None), replace(BOB, email=None, mobile=ALICE.mobile))},
            "same_contact",
        ),
        ({"people": (replace(ALICE, name="  "),)}, "no_name"),
        ({"people": (replace(ALICE, role="witness"),)}, "unknown_role"),
        ({"people": (replace(ALICE, role="copy"),)}, "no_signer"),
        ({"people": (ALICE, replace(BOB, role="approver", turn=2))}, "approver_last"),
        ({"people": (ALICE, replace(BOB, turn=2), replace(BOB, key="a", role="approver", turn=2))},
         "approver_last"),
        ({"people": (replace(ALICE, mobile="070-1740605"),)}, "bad_number"),
        ({"people": (replace(ALICE, email="alice@nowhere"),)}, "bad_address"),
        ({"people": (replace(ALICE, mobile=None, code="sms"),)}, "missing_number"),
        ({"people": (replace(ALICE, code="email"),)}, "bad_record"),
        ({"people": (replace(ALICE, email=None),), "invited_by": "provider"}, "missing_address"),
        ({"people": (replace(ALICE, mobile=None),), "invited_by": "provider", "ways": ("sms",)},
         "missing_number"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(driver, provider, changes, code):
    error = caught(lambda: provider.check(driver.agreement(**changes)))
    assert isinstance(error, Refused)
    assert error.code == code


def test_files_that_do_not_fit_are_refused_by_name(driver, provider):
    large = driver.file(size=10_000_001)
    error = caught(lambda: provider.check(driver.agreement(file=large)))
    assert (error.code, error.values) == ("file_too_large", {"limit": "10"})
    assert "10 MB" in error.words["sv"]
    provider.check(driver.agreement(file=driver.file(size=10_000_000)))
    found = [
        caught(lambda file=file: provider.check(driver.agreement(file=file))).code
        for file in (driver.file("a.exe", media_type="application/x"), driver.file(size=0))
    ]
    assert found == ["file_kind", "bad_document"]


def test_who_only_looks_on_may_have_the_address_of_a_signer(driver, provider):
    viewer = replace(ALICE, key="viewer", role="viewer")
    provider.check(driver.agreement(people=(ALICE, viewer)))


def test_an_approver_beside_the_signers_needs_no_order(driver, provider):
    provider.check(driver.agreement(people=(ALICE, replace(BOB, role="approver"))))


def test_words_are_there_in_every_language_with_the_same_values():
    for code, words in WORDS.items():
        assert set(words) == LANGUAGES, code
        assert {"{limit}" in text for text in words.values()} == {"{limit}" in words["en"]}

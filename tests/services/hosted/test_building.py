"""A request becomes what a hosted provider is asked to have signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from hub.contracts.agreements import Agreement, AgreementPerson, Choice
from hub.contracts.money import Money
from hub.contracts.papers import ROLES
from hub.kernel.errors import OwnTrouble
from hub.services.hosted.building import KeptFile, agreement, attachment_titles
from hub.services.hosted.building_words import without_link
from hub.services.hosted.composing import compose
from hub.services.papers import Papers, papers_of
from hub.storage.blobs import Blobs
from hub.storage.models import Request
from tests.services.documents import made
from tests.services.hosted.asked import HOSE, LINE, OIL, person
from tests.simulated_house import NOON

LINK = "\ue000"
FILE = KeptFile("0" * 64, 9)


def build(asked, request, found=None, **given):
    usual = {"external_id": f"paraph-{request.id}-1", "file": FILE, "choices": ()}
    return agreement(asked.core, request, found or asked.papers(), **{**usual, **given})


def test_all_that_is_told_of_a_request(asked):
    request = asked.request(LINE, HOSE)
    choice = Choice("2", "Hose", 0, 1.0, 2.0)
    told = build(asked, request, choices=[choice])
    assert isinstance(told, Agreement)
    assert told.external_id == f"paraph-{request.id}-1"
    assert told.request_id == request.id
    assert (told.title, told.language) == ("Service of a boat O-1", "en")
    assert told.file.title == told.title
    assert (told.file.name, told.file.media_type) == ("Service-of-a-boat.pdf", "application/pdf")
    assert (told.file.sha256, told.file.size, told.file.must_view) == ("0" * 64, 9, False)
    assert told.choices == (choice,)
    assert (told.invited_by, told.provider_reminds) == ("hub", False)
    assert told.expires_at == NOON + timedelta(days=14)
    assert told.tags == ("offer",)


def test_mapping_and_kind_are_tags_where_they_differ(asked):
    assert build(asked, asked.request(kind="repair")).tags == ("offer", "repair")
    assert build(asked, asked.request(kind="")).tags == ("offer",)


def test_the_number_stands_in_the_title_once(asked):
    assert build(asked, asked.request(title="Offer O-1 again")).title == "Offer O-1 again"
    other = asked.request(plan={"number": None}, source_id="77")
    assert build(asked, other).title == "Service of a boat 77"


def test_every_role_goes_along_with_turn_language_and_addresses(asked):
    people = [
        person(role, role=role, turn=turn, language=language)
        for turn, (role, language) in enumerate(zip(ROLES, ("sv", "fi", "de", "nb"), strict=True))
    ]
    told = build(asked, asked.request(people=people)).people
    assert [(one.key, one.role, one.turn, one.language) for one in told] == [
        (role, role, turn, language)
        for turn, (role, language) in enumerate(zip(ROLES, ("sv", "fi", "de", "nb"), strict=True))
    ]
    assert told[0] == AgreementPerson(
        key="signer", name="Signer", language="sv", role="signer", turn=0,
        email="signer@example.com", mobile="+46701740605",
    )  # fmt: skip


def test_an_address_that_is_not_there_is_none(asked):
    lone = person("alice", contact={"email": None, "mobile": "", "name": None})
    (told,) = build(asked, asked.request(people=[lone])).people
    assert (told.name, told.email, told.mobile) == ("", None, None)


def test_nobody_is_told_a_national_id(asked):
    assert "199001012385" not in repr(build(asked, asked.request()))


def test_who_passed_the_link_on_takes_no_part(asked):
    gone = person("alice", forwarded_at=NOON)
    instead = person("alice.1", contact={"name": "Bob Berg"})
    told = build(asked, asked.request(people=[gone, instead]))
    assert [one.key for one in told.people] == ["alice.1"]


@pytest.mark.parametrize("code", [None, "sms", "email"])
def test_a_code_is_asked_of_signers_only_and_the_way_is_the_mappings(asked, code):
    people = [person("alice"), person("bob", role="approver")]
    request = asked.request(people=people, plan={"signing": {"code": code}})
    assert [one.code for one in build(asked, request).people] == [code or "", ""]


@pytest.mark.parametrize(
    ("channels", "ways"),
    [
        (["post"], ("sms",)),
        (["mail"], ("email",)),
        (["mail", "post"], ("email", "sms")),
        (["post", "mail", "post"], ("sms", "email")),
    ],
)
def test_the_ways_are_those_of_the_mappings_channels(asked, channels, ways):
    assert build(asked, asked.request(plan={"channels": channels})).ways == ways


def test_the_value_is_what_the_customer_pays_as_it_is_offered(asked):
    request = asked.request(LINE, HOSE, OIL)
    request.answers = {**request.answers, "lines": {"2": "declined"}}
    # 2 × 1000 + 99.50, and 25 per cent of that; oil is not chosen
    assert build(asked, request).value == Money(Decimal("2624.38"), "SEK")
    assert build(asked, asked.request()).value is None


def test_yen_have_no_decimals(asked):
    request = asked.request({**LINE, "price": "99.5", "quantity": "1"}, plan={"currency": "JPY"})
    assert build(asked, request).value == Money(Decimal(125), "JPY")


def test_attachments_go_as_the_files_that_came(asked):
    photo = asked.attachment(b"a picture", must_view=True, file_name="hall\\a photo.png")
    plan = asked.attachment(b"%PDF-1.7", key="plan", title="Plan", media_type="application/pdf",
                            file_name="plan.pdf")  # fmt: skip
    told = build(asked, asked.request(), asked.papers(attachments=(photo, plan))).attachments
    assert [(one.title, one.name, one.media_type, one.must_view) for one in told] == [
        ("Photo", "a-photo.png", "image/png", True),
        ("Plan", "plan.pdf", "application/pdf", False),
    ]
    assert [one.read() for one in told] == [b"a picture", b"%PDF-1.7"]
    assert [one.size for one in told] == [9, 8]


def test_attachments_of_one_title_can_be_told_apart(asked):
    rows = tuple(asked.attachment(b"x", key=f"p{at}") for at in range(3))
    other = asked.attachment(b"x", key="p9", title="Photo (2)")
    found = asked.papers(attachments=(*rows, other))
    titles = attachment_titles(found)
    assert len(set(titles.values())) == 4
    assert list(titles.items())[:3] == [("p0", "Photo"), ("p1", "Photo (2)"), ("p2", "Photo (3)")]
    told = build(asked, asked.request(), found).attachments
    assert [one.title for one in told] == list(titles.values())


def test_bytes_are_read_when_the_provider_asks_and_not_before(asked, monkeypatch):
    request, found = asked.request(LINE, HOSE), asked.papers(made.offer(1))
    composed = compose(asked.core, request, found)
    sha256 = asked.core.workshop.blobs.put(asked.workspace_id, composed.content)
    reads, get = [], Blobs.get

    def counted(self, workspace_id, sha256):
        reads.append(sha256)
        return get(self, workspace_id, sha256)

    monkeypatch.setattr(Blobs, "get", counted)
    photo = asked.attachment(b"a picture")
    told = build(
        asked, request, Papers(found.documents, attachments=(photo,)),
        file=KeptFile(sha256, len(composed.content)), choices=composed.choices,
    )  # fmt: skip
    assert reads == []
    assert told.file.read() == composed.content
    assert reads == [sha256]
    assert told.choices == composed.choices


def test_a_file_that_is_lost_meanwhile_is_our_own_trouble(asked):
    told = build(asked, asked.request(), file=KeptFile("ab" * 32, 9))
    with pytest.raises(OwnTrouble) as trouble:
        told.file.read()
    assert trouble.value.code == "paper_lost"


def texts_of(asked, **texts):
    """The workspace with these texts only."""
    workspace = asked.core.workspaces["alice"]
    given = {key: {"en": text} if isinstance(text, str) else text for key, text in texts.items()}
    asked.core.workspaces["alice"] = replace(workspace, texts=given)


def test_subject_and_message_are_the_invitations_less_the_link(asked):
    texts_of(
        asked,
        email_invite={
            "en": "Hello {{ name }},\n\nread {{ title }} ({{ number }}) and sign it here:\n\n"
            "{{ link }}\n\nKind regards\n{{ sender }}",
            "sv": "Hej {{ name }}, skriv under: {{ link }}",
        },
        email_invite_subject="{{ sender }}: {{ title }}",
    )
    told = build(asked, asked.request())
    assert told.subject == "Alice: Service of a boat"
    assert told.message == (
        "Hello Alice,\n\nread Service of a boat (O-1) and sign it here.\n\nKind regards\nAlice"
    )
    assert build(asked, asked.request(language="sv")).message == "Hej Alice, skriv under."


def test_several_people_are_not_greeted_by_one_name(asked):
    texts_of(asked, email_invite="Hello {{ name }}, sign here: {{ link }}", email_invite_subject="")
    two = asked.request(people=[person("alice"), person("bob", role="approver")])
    assert build(asked, two).message == "Hello, sign here."
    one = [person("alice", forwarded_at=NOON), person("bob"), person("carl", role="copy")]
    assert build(asked, asked.request(people=one)).message == "Hello Bob, sign here."


def test_a_workspace_that_sends_sms_only_gives_the_text_of_these(asked):
    texts_of(asked, sms_invite="{{ sender }}: {{ title }} {{ link }}")
    told = build(asked, asked.request())
    assert (told.subject, told.message) == ("", "Alice: Service of a boat.")


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("no link at all", "no link at all"),
        (f"{LINK} is your link", "is your link"),
        (f"Sign here: {LINK}", "Sign here."),
        (f"Signez ici\u00a0: {LINK}\n\nMerci", "Signez ici.\n\nMerci"),
        (f"Sign now.\n\n{LINK}\n\nBye", "Sign now.\n\nBye"),
        (f"Sign now!\n{LINK}", "Sign now!"),
        (f"Open {LINK} and sign.", "Open and sign."),
        (f"Open {LINK}, then sign.", "Open, then sign."),
        (f"Open {LINK}.", "Open."),
        (f"First: {LINK}\nAgain: {LINK}\n", "First.\nAgain."),
        (LINK, ""),
    ],
)
def test_a_text_without_its_link_reads_as_a_text(given, left):
    assert without_link(given) == left


def test_a_real_offer_is_composed_and_told_when_its_session_is_closed(papers):
    case = papers()
    case.send()
    with case.core.db.read() as session:
        request = session.get_one(Request, case.request().id)
        found = papers_of(session, request, texts=False)
    composed = compose(case.core, request, found)
    sha256 = case.core.workshop.blobs.put(request.workspace_id, composed.content)
    told = agreement(
        case.core, request, found, external_id=f"paraph-{request.id}-1",
        file=KeptFile(sha256, len(composed.content)), choices=composed.choices,
    )  # fmt: skip
    assert told.file.read().startswith(b"%PDF-1.7")
    assert composed.pages == found.documents[0].pages + 1
    assert [(one.line, one.page, one.chosen) for one in told.choices] == [("hose", 1, False)]
    assert [(one.key, one.turn) for one in told.people] == [("alice", 1), ("bob", 2)]
    assert told.value == Money(Decimal("1250.00"), "SEK")
    assert [(one.title, one.must_view) for one in told.attachments] == [("Photo", True)]
    assert told.attachments[0].read().startswith(b"\x89PNG")

"""Links for the sender's tablet: which of them works, and what is told of them."""

from __future__ import annotations

import pytest

from hub.kernel.errors import Refused
from hub.services import in_person, papers, places, signing_task
from hub.services.clearing import clear
from hub.services.views import LinkInvalid
from hub.storage.models import RequestEvent
from tests.services.paper_case import CLIENT, PERSON
from tests.services.test_paper_people import APPROVED
from tests.services.test_paper_signing import code_in


def tablet(case, who=None):
    """The token of a new link for the tablet."""
    return in_person.link(case.core, case.workspace, case.request().id, who).rpartition("/")[2]


def opens(case, token):
    try:
        case.desk.view(token)
    except LinkInvalid:
        return False
    return True


def test_a_tablet_is_only_for_mappings_that_allow_it(papers):
    case = papers(signing="{receipt: true}")
    case.send()
    with pytest.raises(Refused) as refused:
        tablet(case)
    assert refused.value.code == "not_allowed"


def test_the_tablet_that_signed_signs_nothing_after_a_clearing(offer):
    token = tablet(offer)
    offer.sign("alice")
    assert offer.desk.view(token).papers.locked
    clear(offer.core, offer.workspace, offer.request().id, "api", "the wrong price")
    assert not opens(offer, token)
    with pytest.raises(LinkInvalid):
        offer.desk.begin_signing(token, "this_device", "tablet", CLIENT, "en")
    assert opens(offer, offer.token("alice"))  # the customer's own link
    assert opens(offer, tablet(offer))


def test_a_newer_link_takes_the_place_of_the_former_one_of_the_same_person(papers):
    people = """
    - {key: alice, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]}
    - {key: bob, rows: [{to: name, value: Bob}, {to: mobile, value: "+46701740606"}]}"""
    case = papers(people=people)
    case.send()
    first, bobs, second = tablet(case, "alice"), tablet(case, "bob"), tablet(case, "alice")
    assert [opens(case, one) for one in (first, bobs, second)] == [False, True, True]


def test_who_passes_the_link_on_leaves_no_tablet_behind(papers):
    case = papers(signing="{forward: true, in_person: true}")
    case.send()
    token, mine = tablet(case), case.token("alice")
    case.desk.send_code(mine, "alice", "forward")
    case.work()
    code = code_in(case.messages("+46701740605")[-1])
    other = {"name": "Charlie", "mobile": "+46701740609", "code": code}
    case.desk.forward(mine, "alice", other, CLIENT)
    assert not opens(case, token)


def test_what_is_done_on_the_tablet_is_told_with_it(papers):
    case = papers(people=APPROVED)
    case.send()
    token = tablet(case, "boss")
    case.desk.opened(token, CLIENT)
    for page in case.desk.view(token).papers.documents[0].pages:
        case.desk.page_image(token, "offer", 1, page.number, PERSON)
    case.desk.attachment(token, "photo", PERSON, original=False)
    case.desk.approve(token, CLIENT)
    case.work()
    case.desk.opened(case.token("alice"), CLIENT)
    case.desk.decline(tablet(case), "no", CLIENT)
    told = [(one.kind, one.data.get("in_person")) for one in case.rows(RequestEvent)]
    assert [one for one in told if one[0] in ("opened", "viewed", "approved", "declined")] == [
        ("opened", True),
        ("viewed", True),
        ("approved", True),
        ("opened", None),
        ("viewed", None),
        ("declined", True),
    ]
    (approval,) = case.acceptances()
    assert approval.signature["in_person"] is True


def test_who_signs_in_an_app_comes_back_to_the_link_that_was_opened(offer):
    with offer.core.db.read() as session:
        for token in (tablet(offer), offer.token("alice")):
            place = places.find(offer.core, session, token)
            shown = papers.shown(place.request, papers.papers_of(session, place.request))
            task = signing_task.task(offer.core, place, "order", "once", CLIENT, shown, "en")
            assert task.return_url == f"https://hub.example/s/{token}/return?n=once"
            assert token not in repr(place)

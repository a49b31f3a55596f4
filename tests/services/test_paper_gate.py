"""Nobody signs what this server has not shown: pages, attachments, versions, lines."""

from __future__ import annotations

import pytest

from hub.services.views import CaseClosed, LinkInvalid, NotReady
from hub.storage.models import RequestEvent, SigningOrder, Viewing
from tests.services.documents.made import pdf
from tests.services.paper_case import PERSON, RECORD, ROBOT, encoded

TWO_PAGES = f'\n    - {{key: paper, title: Paper, base64: {{value: "{encoded(pdf(count=2))}"}}}}'

SAME_TURN = """
    - {key: alice, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]}
    - {key: bob, rows: [{to: name, value: Bob}, {to: mobile, value: "+46701740606"}]}"""


@pytest.fixture
def case(papers):
    made = papers(documents=TWO_PAGES)
    made.send()
    return made


def test_every_page_and_the_attachment_must_have_been_fetched_by_a_person(case):
    token = case.token("alice")
    assert case.unseen("alice") == ["paper:1", "paper:2", "photo"]
    case.look("alice", ROBOT)
    assert case.unseen("alice") == ["paper:1", "paper:2", "photo"]
    case.desk.page_image(token, "paper", 1, 1, PERSON)
    case.desk.attachment(token, "photo", PERSON, original=False)
    assert case.unseen("alice") == ["paper:2"]
    with pytest.raises(NotReady):
        case.begin("alice")
    assert case.rows(SigningOrder) == []
    case.desk.page_image(token, "paper", 1, 2, PERSON)
    case.begin("alice")


def test_the_file_itself_counts_as_its_picture_does(case):
    case.desk.attachment(case.token("alice"), "photo", PERSON, original=True)
    assert case.unseen("alice") == ["paper:1", "paper:2"]
    assert case.events().count("downloaded") == 1


@pytest.mark.parametrize(("pages", "enough"), [(1, True), (3, False)])
def test_a_picture_of_the_first_page_is_not_the_whole_of_a_longer_file(papers, pages, enough):
    case = papers(documents=TWO_PAGES)
    case.upstream.put("offer", "1", {**RECORD, "photo": encoded(pdf(count=pages))})
    case.send()
    token = case.token("alice")
    for number in (1, 2):
        case.desk.page_image(token, "paper", 1, number, PERSON)
    case.desk.attachment(token, "photo", PERSON, original=False)
    (shown,) = case.desk.view(token, "en").papers.attachments
    assert (shown.pages, shown.seen) == (pages, enough)
    assert case.unseen("alice") == ([] if enough else ["photo"])
    if not enough:
        with pytest.raises(NotReady):
            case.begin("alice")
    case.desk.attachment(token, "photo", PERSON, original=True)
    assert case.unseen("alice") == []
    (shown,) = case.desk.view(token, "en").papers.attachments
    assert shown.seen
    case.begin("alice")


def test_what_is_handed_out_for_the_first_time_is_told_apart(case):
    token, desk = case.token("alice"), case.desk
    assert not desk.page_image(token, "paper", 1, 1, ROBOT).again
    assert not desk.page_image(token, "paper", 1, 1, PERSON).again, "a robot is nobody"
    assert desk.page_image(token, "paper", 1, 1, PERSON).again
    assert not desk.attachment(token, "photo", PERSON, original=False).again
    assert not desk.attachment(token, "photo", PERSON, original=True).again, "other bytes"
    assert desk.attachment(token, "photo", PERSON, original=True).again
    assert not desk.page_image(case.token("bob"), "paper", 1, 1, PERSON).again


def test_what_another_one_has_looked_at_does_not_count(case):
    case.look("bob")
    assert case.unseen("alice") == ["paper:1", "paper:2", "photo"]


@pytest.mark.parametrize(
    ("key", "version", "page"), [("paper", 2, 1), ("paper", 1, 3), ("x", 1, 1)]
)
def test_a_page_that_is_not_there_is_not_given(case, key, version, page):
    with pytest.raises(LinkInvalid):
        case.desk.page_image(case.token("alice"), key, version, page, PERSON)
    with pytest.raises(LinkInvalid):
        case.desk.attachment(case.token("alice"), "x", PERSON, original=True)


def test_an_order_ends_when_the_lines_change_and_another_one_signs_the_new_choice(case):
    case.look("alice")
    order = case.begin("alice")
    come_to = case.desk.choose_lines(case.token("alice"), ["hose"])
    assert str(come_to.gross) == "1374.38"
    assert case.give("alice", order).status == "failed"
    assert case.acceptances() == []
    case.give("alice", case.begin("alice"))
    case.work()
    (kept,) = case.acceptances()
    assert [one["decision"] for one in kept.shown["lines"]] == ["accepted", "accepted"]
    assert kept.shown["totals"]["gross"] == "1374.38"
    with pytest.raises(CaseClosed):
        case.desk.choose_lines(case.token("bob"), [])


def test_what_changed_behind_an_order_ends_it_for_good(case):
    case.look("alice")
    order = case.begin("alice")
    with case.core.db.write() as session:
        row = session.get_one(SigningOrder, order)
        shown = {**row.task["shown"], "lines": []}
        row.task = {**row.task, "shown": shown}
    with pytest.raises(CaseClosed):
        case.give("alice", order)
    assert [one.code for one in case.rows(SigningOrder)] == ["documents_changed"]


def test_nobody_hands_in_for_another_ones_order_even_in_the_same_browser(papers):
    case = papers(people=SAME_TURN)
    case.send()
    case.look("alice")
    case.look("bob")
    order = case.begin("alice", session="tablet")
    for session in ("tablet", "another"):
        with pytest.raises(LinkInvalid):
            case.give("bob", order, session)
    with pytest.raises(LinkInvalid):
        case.give("alice", order, "another")
    assert case.acceptances() == []


def test_two_at_once_sign_the_same_choice(papers):
    case = papers(people=SAME_TURN)
    case.send()
    case.look("alice")
    case.look("bob")
    first, second = case.begin("alice"), case.begin("bob")
    case.desk.choose_lines(case.token("bob"), ["hose"])
    assert case.give("alice", first).status == "failed"
    assert case.give("bob", second).status == "failed"
    case.give("alice", case.begin("alice"))  # here, and not judged yet
    with pytest.raises(CaseClosed):
        case.desk.choose_lines(case.token("bob"), [])
    case.give("bob", case.begin("bob"))
    case.work()
    assert case.request().state == "completed"
    assert len({str(one.shown) for one in case.acceptances()}) == 1


def test_views_and_downloads_are_kept_and_robots_told_apart(case):
    token = case.token("alice")
    for _ in range(2):
        case.desk.opened(token, PERSON.client)
        case.desk.page_image(token, "paper", 1, 1, PERSON)
        case.desk.page_image(token, "paper", 1, 1, ROBOT)
        case.desk.download(token, "paper", PERSON)
        case.desk.download(token, "paper", ROBOT)
        case.later(hours=1)
    kinds = case.events()
    assert (kinds.count("viewed"), kinds.count("downloaded"), kinds.count("opened")) == (2, 2, 1)
    looks = {(one.robot, one.times) for one in case.rows(Viewing)}
    assert looks == {(False, 2), (True, 2)}
    told = [one for one in case.rows(RequestEvent) if one.kind == "downloaded"]
    assert {one.data["what"] for one in told} == {"paper"}
    for what in ("signed", "proof", "nothing"):
        with pytest.raises(LinkInvalid):
            case.desk.download(token, what, PERSON)

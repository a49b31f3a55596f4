"""What the database, the logs and other people's links hold of a case with papers."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event, text
from structlog.testing import capture_logs

from hub.services import remarks
from hub.services.clearing import clear
from hub.services.views import LinkInvalid
from hub.storage.models import Base
from tests.services.paper_case import CLIENT, PEOPLE, PERSON
from tests.services.test_paper_signing import code_in

ALICE = "+46701740605"
PRIVATE = (
    "Alice", "Bob", "alice@example.com", "+4670174060", "192.0.2.7", "Firefox", "too dear",
    "Could it be blue", "It can", "wrong price", "As we spoke", "Charlie", "charlie@example.com",
)  # fmt: skip


def everything(case):
    """All columns of all tables as they are stored, beside the sealed ones' text."""
    with case.core.db.read() as session:
        return {
            table.name: [
                {name: str(value) for name, value in row._mapping.items()}
                for row in session.execute(text(f'SELECT * FROM "{table.name}"'))
            ]
            for table in Base.metadata.sorted_tables
        }


def test_nothing_personal_is_stored_or_logged_in_the_clear(papers):
    with capture_logs() as logs:
        case = papers(signing="{forward: true, code: sms, receipt: true, remarks: true}")
        case.send()
        token = case.token("alice")
        case.desk.opened(token, CLIENT)
        case.desk.remark(token, "Could it be blue?", CLIENT)
        remarks.answer_remark(case.core, case.workspace, case.request().id, "alice", "It can.")
        case.look("alice")
        order = case.begin("alice")
        case.desk.send_code(token, "alice", "sign")
        case.work()
        code = code_in(case.messages(ALICE)[-1])
        case.give("alice", order, code=code)
        case.work()
        clear(case.core, case.workspace, case.request().id, "api", "wrong price", "alice")
        case.work()
        case.desk.download(token, "offer", PERSON)
        case.desk.send_code(token, "alice", "forward")
        case.later(minutes=1)
        other = {"name": "Charlie", "email": "charlie@example.com", "mobile": "+46701740609"}
        passing = code_in(case.messages(ALICE)[-1])
        case.desk.forward(token, "alice", {**other, "code": passing}, CLIENT)
        case.work()
        case.desk.decline(case.token("alice.2"), "too dear", CLIENT)
        case.work()
    found = {
        (table, name, word)
        for table, rows in everything(case).items()
        if table not in ("workspace", "mapping_version")  # what administrators wrote
        for row in rows
        for name, value in row.items()
        if not value.startswith("g1:")  # sealed: a short word stands there by chance
        for word in (*PRIVATE, code, passing)
        if word in value
    }
    assert found == set()
    said = json.dumps(logs, default=str)
    assert [word for word in (*PRIVATE, code, passing, token) if word in said] == []


def test_one_requests_link_opens_nothing_of_another(papers):
    case = papers()
    case.send()
    first = case.token("alice")
    case.upstream.put("offer", "2", {**case.upstream.records("offer")["1"], "number": "O-2"})
    case.send("2")
    second = case.token("alice")
    assert first != second
    case.look("alice")
    order = case.begin("alice")
    assert case.unseen("alice") == []
    with pytest.raises(LinkInvalid):
        case.desk.sign_here(first, order, "alice", {"consent": True}, CLIENT, "en")
    assert case.desk.view(first).papers.unseen != ()


def statements(case, act):
    """How many questions ``act`` asks the database."""
    asked = []

    def note(conn, cursor, statement, parameters, context, many):
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(case.core.db.engine, "before_cursor_execute", note)
    act()
    event.remove(case.core.db.engine, "before_cursor_execute", note)
    return asked


MANY = "".join(
    f'\n    - {{key: p{n}, turn: 1, rows: [{{to: name, value: P{n}}}, {{to: mobile, value: "+467017406{n:02d}"}}]}}'  # noqa: E501
    for n in range(10, 22)
)


def test_the_page_asks_the_database_the_same_few_times_whatever_there_is_to_show(papers):
    case = papers(people=PEOPLE + MANY)
    case.send()
    case.look("alice")
    token = case.token("alice")
    case.desk.remark(token, "Could it be blue?", CLIENT)
    for _ in range(2):
        asked = statements(case, lambda: case.desk.view(token))
    assert len(asked) <= 12, asked
    image = lambda: case.desk.page_image(token, "offer", 1, 1, PERSON)  # noqa: E731
    assert len(statements(case, image)) <= 8


def test_who_looks_again_on_the_same_visit_keeps_nobody_waiting(papers, monkeypatch):
    case = papers()
    case.send()
    token = case.token("alice")
    case.desk.opened(token, CLIENT)
    with monkeypatch.context() as patch:
        patch.setattr(case.core.db, "write", None)
        case.desk.opened(token, CLIENT)
    case.later(hours=1)
    case.desk.opened(token, CLIENT)
    assert (case.events().count("viewed"), case.events().count("opened")) == (2, 1)

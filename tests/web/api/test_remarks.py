"""Remarks by the API: files both ways, and what is unread."""

from __future__ import annotations

import base64

from hub.services.access import READ, create_key
from hub.services.document_views import GivenFile
from tests.services.documents import made
from tests.services.paper_case import CLIENT


def encoded(content):
    return base64.b64encode(content).decode()


def write(case, text, *files):
    case.desk.remark(case.token("alice"), text, CLIENT, [GivenFile(*one) for one in files])


def test_files_of_a_remark_are_listed_and_handed_out_to_be_saved(case, get):
    write(case, "Look", ("a.txt", b"<script>alert(1)</script>, she said"[18:]), ("b.png", PNG))
    (item,) = get("/remarks").json["items"]
    text, picture = item["files"]
    assert (text["name"], text["media_type"]) == ("a.txt", "text/plain")
    answer = get("/remarks/files/" + picture["url"].rpartition("/")[2])
    assert picture["url"].startswith("https://hub.example/api/v1/requests/")
    assert answer.mimetype == "image/png"
    assert answer.headers["Content-Disposition"] == "attachment; filename=b.png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert get("/remarks/files/none").status_code == 404


PNG = made.picture("PNG")


def test_an_answer_carries_files_and_says_why_not(case, post):
    write(case, "Which?")
    file = {"name": "plan.pdf", "content": encoded(made.pdf())}
    told = post("/remarks", recipient="alice", text="This one.", files=[file])
    assert told.status_code == 201
    assert [one["name"] for one in told.json["items"][-1]["files"]] == ["plan.pdf"]
    alone = post("/remarks", recipient="alice", files=[file])
    assert alone.json["items"][-1]["text"] == "plan.pdf"
    assert alone.json["items"][-1]["files"][0]["name"] == "plan-2.pdf"
    for files, code in (
        ([{"name": "a.exe", "content": encoded(b"MZ\x00")}], "bad_type"),
        ([{"name": "a.txt", "content": ""}], "empty_file"),
        ([{"name": "a.txt", "content": "§"}], "not_base64"),
        ([{"name": "a.txt", "content": encoded(b"a" * 2_000_001)}], "large_file"),
    ):
        refused = post("/remarks", recipient="alice", text="x", files=files)
        assert (refused.status_code, refused.json["code"]) == (422, code)
    four = post("/remarks", recipient="alice", text="x", files=[file] * 4)
    assert four.status_code == 422


def test_an_answer_may_be_as_long_as_its_files_and_no_other_call(case, post):
    write(case, "Which?")
    content = encoded(b"a" * 1_500_000)  # more than other bodies may have
    file = {"name": "a.txt", "content": content}
    assert post("/remarks", recipient="alice", text="x", files=[file]).status_code == 201
    assert post("/clear", reason=content).status_code == 413


def test_unread_is_told_until_somebody_says_that_it_was_seen(case, web, get, post):
    write(case, "One")
    write(case, "Two")
    assert get().json["unread"] == 2
    (row,) = listed(case, web)
    assert row["unread"] == 2
    assert [one["read_at"] for one in get("/remarks").json["items"]] == [None, None]
    seen = post("/remarks/read")
    assert all(one["read_at"] for one in seen.json["items"])
    assert get().json["unread"] == 0
    assert listed(case, web)[0]["unread"] == 0


def listed(case, web):
    headers = {"Authorization": f"Bearer {case.keys['alice']}"}
    return web.get("/api/v1/lists/requests?group=active", headers=headers).json["items"]


def test_who_may_only_read_sees_files_and_marks_nothing(case, web, get):
    write(case, "Look", ("a.txt", b"a"))
    key = create_key(case.core.db, case.clock, case.workspace, "screen", READ)
    place = f"/api/v1/requests/{case.request().id}/remarks"
    headers = {"Authorization": f"Bearer {key}"}
    (file,) = get("/remarks").json["items"][0]["files"]
    assert web.get(f"{place}/files/{file['id']}", headers=headers).data == b"a"
    assert web.post(f"{place}/read", headers=headers).status_code == 403


def test_no_other_workspace_reaches_a_file(case, web, get):
    write(case, "Look", ("a.txt", b"a"))
    (file,) = get("/remarks").json["items"][0]["files"]
    headers = {"Authorization": f"Bearer {case.keys['bob']}"}
    place = f"/api/v1/requests/{case.request().id}/remarks"
    assert web.get(f"{place}/files/{file['id']}", headers=headers).status_code == 404
    assert web.post(f"{place}/read", headers=headers).status_code == 404

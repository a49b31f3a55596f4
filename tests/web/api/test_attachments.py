"""Attachments by the API: as they came, with the rules of documents."""

from __future__ import annotations

import pytest

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Retryable
from hub.services import file_names
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import Attachment
from tests.services.paper_case import picture


def test_an_attachment_comes_as_it_was_sent_and_is_always_saved(case, get, web):
    (told,) = get().json["attachments"]
    address = told["url"].removeprefix(f"https://hub.example/api/v1/requests/{case.request().id}")
    answer = get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data == picture()
    assert sha256_hex(answer.data) == told["sha256"]
    assert answer.headers["Content-Disposition"] == "attachment; filename=photo.png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert (get().json["views"]["downloads"], case.events().count("downloaded")) == (0, 0)
    assert "photo" in case.unseen("alice")
    missing = get("/attachments/nothing")
    assert (missing.status_code, missing.json["code"]) == (404, "not_found")
    assert missing.json["detail"].endswith("there are: photo")
    for headers, status in (({}, 401), ({"Authorization": "Bearer pk_wrong"}, 401)):
        place = f"/api/v1/requests/{case.request().id}{address}"
        assert web.get(place, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Plan 1.PDF", "Plan-1.PDF"),
        ("../../etc/passwd", "passwd"),
        ("C:\\\\files\\\\plan.pdf", "plan.pdf"),
        ('a"b\r\nSet-Cookie: x.png', "a-b-Set-Cookie-x.png"),
        ("Prüfbericht.pdf", "Prüfbericht.pdf"),
        (".", "photo"),
        ("x" * 500 + ".png", "x" * 80 + ".png"),
    ],
)
def test_the_name_of_an_attachment_does_no_harm(name, plain):
    assert file_names.attachment(Attachment(key="photo", file_name=name)) == plain


def test_an_attachment_that_is_still_being_fetched_is_asked_for_again(case, get):
    case.upstream.put("offer", "2", case.upstream.records("offer")["1"])
    accept(case.core, Trigger(case.workspace, "offer", "2", "button"))

    def later(*given):
        raise Retryable("not now")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(case.core.workshop.inspector, "inspect_attachment", later)
        case.work()
    assert case.request().source_id == "2"
    waiting = get("/attachments/photo")
    assert (waiting.status_code, waiting.json["code"]) == (409, "being_made")
    assert get("/attachments/other").status_code == 404
    case.later(hours=1)
    assert get("/attachments/photo").status_code == 200

"""HTML pages: Agiloft's own are believed, those of a proxy in front of it pass."""

from __future__ import annotations

import pytest

from connectors.agiloft.codes import SessionEnded, page_failure
from connectors.agiloft.wire import check
from hub.kernel.errors import OutcomeUnknown, RecordLocked, Refused, Retryable
from hub.toolkit.http import Answer


@pytest.mark.parametrize("status", [200, 400, 403, 404, 405, 410, 418, 502])
@pytest.mark.parametrize(
    "words", ["", "403 Forbidden nginx", "The page does not exist", "The requested file is locked"]
)
def test_a_page_of_a_proxy_in_front_passes_whatever_it_says(status, words):
    body = f"<html><body>{words}</body></html>".encode()
    page = Answer(status, {"Content-Type": "text/html"}, body, 0.1)
    with pytest.raises(Retryable) as read:
        check(page, changes=False)
    assert not isinstance(read.value, OutcomeUnknown | RecordLocked)
    with pytest.raises(OutcomeUnknown):
        check(page, changes=True)


@pytest.mark.parametrize("changes", [True, False])
def test_a_page_of_agiloft_itself_is_final(changes):
    said = page_failure(403, "EWPermissionException: no right", changes=changes)
    assert isinstance(said, Refused)
    assert isinstance(page_failure(413, "Request Entity Too Large", changes=changes), Refused)
    assert isinstance(page_failure(401, "sign in", changes=changes), SessionEnded)

"""Documents in the portal with a talk beside them."""

from __future__ import annotations

from io import BytesIO

from tests.services.portal.portal_case import MAPPING, Browser

_TALK = """\
  signing: {remarks: true}
  lines:
    for_each: lines
    currency: {value: DKK}
    rows:
      - {to: id, from: item.id}
      - {to: text, value: Work}
      - {to: price, value: 100, convert: decimal}
      - {to: vat, value: 25}
  recipient:
"""
TALKING = MAPPING.replace("  recipient:\n", _TALK, 1)
LINES = {"lines": [{"id": "a"}]}


def write(browser: Browser, address: str, text: str, file: bytes | None = None) -> None:
    """Write on the page of a document, with a file of text."""
    data: dict[str, object] = {"text": text}
    if file is not None:
        data["files"] = (BytesIO(file), "plan.txt")
    answer = browser.post(f"{address}/remark", data, page=f"{address}/document")
    assert answer.status_code == 303, answer.text

"""Names as people have them come from the record to the mail, and the request stays sent."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from connectors.crm_rest.sandbox.offer import FIELDS

NAMES = {
    "a mechanic": ("Alice \U0001f469\u200d\U0001f527", "Alice \U0001f469\u200d\U0001f527"),
    "Persian": ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2,
    "a mark of direction": ("Alice\u200e Andersson", "Alice Andersson"),
    "a soft hyphen": ("Ander\u00adsson", "Andersson"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_from_the_record_to_the_mail(offers, name):
    given, there = NAMES[name]
    record, link = offers.sent(alone=True, customer={**FIELDS["customer"], "name": given})
    mail = next(one.item for one in offers.mailbox.all() if link in one.item.text)
    to = message_from_bytes(mail.raw, policy=policy.default)["To"]
    assert to.addresses[0].display_name == there
    assert offers.request(record).state == "sent"
    assert {one.state for one in offers.owed()} == {"delivered"}
    assert offers.sign(offers.browser(), link).url.endswith("/done")
    offers.check_signed(record)

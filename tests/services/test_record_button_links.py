"""What is no link of a record's button, whoever made it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from hub.services.record_buttons import RecordButtons
from hub.services.views import LinkInvalid


@pytest.mark.parametrize(
    "changes", [{"id": " "}, {"id": "x" * 101}, {"table": ""}, {"id": "1\n2"}, {"w": "nobody"}]
)
def test_what_names_no_record_is_no_link(offer, changes):
    template = offer.core.links.record_button_template("alice", "source", "check", "offer", "1")
    query = {**dict(parse_qsl(urlsplit(template).query)), **changes}
    with pytest.raises(LinkInvalid):
        RecordButtons(offer.core).check("source", "check", query)


@pytest.mark.parametrize("instance", ["post", "nothing"])
def test_only_an_instance_that_keeps_records_has_buttons(offer, instance):
    template = offer.core.links.record_button_template("alice", instance, "check", "offer", "1")
    query = dict(parse_qsl(urlsplit(template).query))
    with pytest.raises(LinkInvalid):
        RecordButtons(offer.core).check(instance, "check", query)

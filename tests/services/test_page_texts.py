"""What is written on a page is unsealed and handed out for that page alone."""

from __future__ import annotations

import pytest

from hub.kernel.crypto import Vault
from hub.services import in_person
from hub.services.views import LinkInvalid
from tests.services.paper_case import PERSON


def test_a_page_s_text_is_given_by_itself(offer):
    token = offer.token("alice")
    assert "As we spoke about." in offer.desk.page_text(token, "offer", 1, 1)
    for wrong in (("offer", 1, 9), ("offer", 2, 1), ("other", 1, 1)):
        with pytest.raises(LinkInvalid):
            offer.desk.page_text(token, *wrong)


def test_a_locked_tablet_gives_no_text(offer):
    tablet = in_person.link(offer.core, offer.workspace, offer.request().id).rpartition("/")[2]
    assert offer.desk.page_text(tablet, "offer", 1, 1)
    offer.sign("alice")
    with pytest.raises(LinkInvalid):
        offer.desk.page_text(tablet, "offer", 1, 1)


def test_neither_the_page_nor_its_images_unseal_any_text(offer, monkeypatch):
    token = offer.token("alice")
    written = offer.desk.page_text(token, "offer", 1, 1)
    unsealed = []
    read = Vault.open

    def watched(self, sealed):
        unsealed.append(read(self, sealed))
        return unsealed[-1]

    monkeypatch.setattr(Vault, "open", watched)
    offer.desk.view(token)
    offer.desk.page_image(token, "offer", 1, 1, PERSON)
    assert written not in unsealed
    offer.desk.page_text(token, "offer", 1, 1)
    assert written in unsealed

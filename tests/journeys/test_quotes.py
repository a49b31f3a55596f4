"""A quote from the CRM's screen to the accepted quote: sent with words of one's own or to another
contact, chased, read and signed in the customer's language; and one that is accepted without a
signature (story E)."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass

import pytest
import requests
from playwright.sync_api import expect

from connectors.crm_rest.sandbox.quotes import QUOTES, SEEDS
from connectors.crm_rest.sandbox.signins import TOKEN
from tests.journeys.conftest import DEVICES
from tests.journeys.signers import open_mail, read, read_mail, total
from tests.web.pages.pointers import draw, loops, touch

QUOTE = next(iter(SEEDS[QUOTES]))
WORDS = "Comme convenu ce matin au téléphone."


@dataclass(frozen=True)
class Speech:
    """What a customer reads, in one language."""

    name: str
    locale: str
    subject: str
    chased: str
    read: str
    total: str
    on: str
    check: str
    sign: str
    now: str
    thanks: str
    accept: str
    accepted: str


FRENCH = Speech(
    "Alice Arnaud", "fr-FR", "^Devis .* de Ravel Chauffage", "^Avez-vous pu regarder",
    "Lisez, puis signez", "3\u202f731,40\xa0€", "Suivant", "Vérifier et signer",
    "Continuer pour signer", "Signer maintenant", "Merci, c'est signé", "J'accepte",
    "Merci, c'est accepté",
)  # fmt: skip
ROMANIAN = Speech(
    "Bogdan Ionescu", "ro-RO", "^Oferta .* de la Ravel Chauffage", "^Ați putut vedea",
    "Citiți, apoi semnați", "3.731,40\xa0EUR", "Înainte", "Verificați și semnați",
    "Continuați spre semnare", "Semnați acum", "Vă mulțumim, este semnat", "Accept",
    "Vă mulțumim, este acceptat",
)  # fmt: skip

DANISH = Speech(
    "Dorte Dam", "da-DK", "^Tilbud .* fra Ravel Chauffage", "^Har du set på",
    "Læs, og skriv under", "3.731,40\xa0€", "Næste", "Kontrollér og skriv under",
    "Fortsæt til underskrift", "Skriv under nu", "Tak, det er underskrevet", "Jeg accepterer",
    "Tak, det er accepteret",
)  # fmt: skip
LANGUAGES = pytest.mark.parametrize("says", [FRENCH, ROMANIAN, DANISH], ids=["fr", "ro", "da"])


@pytest.fixture(params=["phone", "computer"])
def device(request, album):
    """What the customer holds. Each journey is made on both, so that its own width is enough."""
    album.journey += f"-{request.node.callspec.params['says'].locale[:2]}"
    album.widths = (DEVICES[request.param]["viewport"]["width"],)
    album.axe_modes = ("light", "dark") if request.param == "phone" else ("light",)
    return request.param


def new_quote(sandbox, number):
    """A quote in the CRM: its number, and the addresses of the account's contacts by name."""
    fields = deepcopy(dict(QUOTE))
    for one in fields["account_contacts"]:
        one["email"] = f"{one['language']}.{number}@example.com".lower()
    fields |= {"reference": number, "contact": fields["account_contacts"][0]}
    answer = requests.post(
        f"{sandbox}/crm_rest/api/v2/quotes",
        json={"data": fields},
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=30,
    )
    answer.raise_for_status()
    return {one["full_name"]: one["email"] for one in fields["account_contacts"]}


def open_quote(clerk, number):
    """From the start page to the quote on the CRM's screen."""
    clerk.start()
    clerk.follow(clerk.page.get_by_role("link", name="Send a quote by e-mail"))
    clerk.press(number, role="link")
    clerk.sees(number)


def pressed(clerk, word):
    """The quote's button, which is called so now."""
    expect(clerk.page.locator("#send")).to_have_text(word)
    clerk.page.locator("#send").click()


def send(clerk, to, *, words="", signature=True):
    """Choose on the hub's page, and say yes."""
    pressed(clerk, "Envoyer par e-mail")
    clerk.sees("Envoyer au client")
    if to != FRENCH.name:
        clerk.page.get_by_label(to).check()
    if words:
        clerk.page.get_by_label("Quelques mots de votre part").fill(words)
    if not signature:
        clerk.page.get_by_label("Demander une signature électronique").uncheck()
    clerk.look("send")
    clerk.press("Envoyer maintenant")
    clerk.sees("Envoyé")
    clerk.press("Retour à la fiche", role="link")
    expect(clerk.page.locator('[data-field="state"]')).to_have_text("Envoyé")


def chase(clerk):
    """The same button chases now, and not twice in a row."""
    pressed(clerk, "Relancer")
    clerk.sees("Déjà envoyé")
    clerk.look("chase")
    clerk.press("Relancer le client")
    clerk.sees("Le client est relancé")
    clerk.look("chased")
    clerk.press("Retour à la fiche", role="link")


@LANGUAGES
def test_a_quote_is_sent_chased_read_and_signed(person, stage, device, says):
    number = f"D-{says.locale[:2]}-{device}"
    address = new_quote(stage.sandbox_url, number)[says.name]
    clerk = person("computer", locale="fr-FR")
    open_quote(clerk, number)
    clerk.glance("crm-draft")
    words = WORDS if says is FRENCH else ""
    send(clerk, says.name, words=words)
    chase(clerk)
    clerk.glance("crm-sent")
    customer = person(device, locale=says.locale)
    read_mail(customer, address, says.subject)
    if words:
        expect(customer.page.locator(".letter")).to_contain_text(words)
    open_mail(customer, address, says.chased)
    customer.sees(says.read)
    read(customer)
    customer.look("quote")
    _tick_and_sign(customer, says, finger=bool(DEVICES[device].get("has_touch")))
    _accepted(clerk, f"Signé par {says.name}")


def _tick_and_sign(customer, says, *, finger):
    page = customer.page
    page.get_by_role("checkbox", name=re.compile("Contrat d'entretien")).uncheck()
    page.get_by_role("checkbox", name=re.compile("Thermostat")).check()
    expect(total(page)).to_have_text(says.total)
    customer.press(says.on)
    customer.sees(says.check)
    page.get_by_role("button", name=re.compile(says.sign)).first.click()
    page.locator("canvas").scroll_into_view_if_needed()
    (touch if finger else draw)(page, loops())
    page.locator('input[name="consent"]').check()
    customer.look("drawn")
    customer.press(says.now)
    customer.sees(says.thanks)
    customer.look("signed")


def _accepted(clerk, banner):
    """What the CRM's screen shows by itself, to the order and the signed PDF."""
    page = clerk.page
    expect(page.locator("#banner")).to_contain_text(banner)
    expect(page.locator('[data-field="views"]')).to_have_text("1")
    expect(page.locator("#history")).to_contain_text("a consulté le devis (1)")
    expect(page.locator("#followed")).to_contain_text("Commande BC-D-")
    expect(page.locator("#files")).to_contain_text("signed-")
    clerk.glance("crm-accepted")


@LANGUAGES
def test_a_quote_is_accepted_without_a_signature(person, stage, device, says):
    number = f"D-click-{says.locale[:2]}-{device}"
    address = new_quote(stage.sandbox_url, number)[says.name]
    clerk = person("computer", locale="fr-FR")
    open_quote(clerk, number)
    send(clerk, says.name, signature=False)
    customer = person(device, locale=says.locale)
    open_mail(customer, address, says.subject)
    read(customer)
    customer.look("unsigned")
    customer.page.get_by_role("button", name=says.accept).click()
    customer.sees(says.accepted)
    customer.look("accepted")
    _accepted(clerk, f"Accepté sans signature par {says.name}")

"""The recipient's pages speak Swedish to who asks for it, and English to all others."""

from __future__ import annotations

import re
from pathlib import Path

import requests

from providers.getaccept.sandbox import acting, signer
from providers.getaccept.sandbox.words import SWEDISH

SWEDE = {"Accept-Language": "sv-SE,sv;q=0.9,en;q=0.5"}
TERMS = [{"type": "file", "id": "att0001a", "require_view": True}]


def test_all_that_a_recipient_reads_is_in_the_browser_s_language(site):
    link = site.link(site.made(attachments=TERMS))
    page = requests.get(link, headers=SWEDE, timeout=10).text
    assert '<html lang="sv">' in page
    for words in ("Hej Alice", "Sida 1 av 1", "Öppna innan du signerar", "Gå till signering"):
        assert words in page
    sign = requests.get(f"{link}/sign", headers=SWEDE, timeout=10).text
    assert "Innan du kan signera" in sign
    assert "Öppna först: Terms" in sign
    for other in ("en-GB", "pt-BR"):
        page = requests.get(link, headers={"Accept-Language": other}, timeout=10).text
        assert '<html lang="en">' in page
        assert "Continue to sign" in page


def test_a_swedish_reason_is_taken_and_told_as_it_was_chosen(site):
    document = site.made()
    link = site.link(document)
    refused = requests.post(f"{link}/decline", data={"reason": "Nej"}, headers=SWEDE, timeout=10)
    assert refused.status_code == 409
    assert "Välj en orsak först." in refused.text
    form = {"reason": "Priset är för högt", "more": "Vi väntar."}
    done = requests.post(f"{link}/decline", data=form, headers=SWEDE, timeout=10)
    assert "Du har tackat nej" in done.text
    assert site.status(document) == "rejected"
    reasons = site.control("GET", f"documents/{document}")["reasons"]
    assert list(reasons.values()) == ["Priset är för högt: Vi väntar."]


def test_every_text_of_the_pages_has_swedish_words():
    folder = Path(signer.__file__).parent
    said = set(acting.REASONS) | set(acting._CLOSED.values())
    code = [folder / "signer.py", folder / "acting.py"]
    for file in [*(folder / "templates").glob("*.html"), *code]:
        text = file.read_text("utf-8")
        said |= set(re.findall(r'(?:say|PageRefusal|_notice)\(\s*"([^"]+)"', text))
        said |= set(re.findall(r'_notice\("[^"]+", "([^"]+)"\)', text))
    assert said - set(SWEDISH) == set()
    for english, swedish in SWEDISH.items():
        assert re.findall(r"{\w+}", english) == re.findall(r"{\w+}", swedish)

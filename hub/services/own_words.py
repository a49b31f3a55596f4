"""The hub's own texts of notices, in all languages of the pages; a workspace's text of the same key
takes their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.mapping.texts import render
from hub.services import accepted_words
from hub.services.accepted_words import ACCEPTED
from hub.services.news_words import CHOOSE, NEWS, TO_CONTACTS
from hub.services.wordings import EMAIL, SMS
from hub.settings import WorkspaceSettings

_GREETING: Mapping[str, str] = {
    "en": "Kind regards", "sv": "Vänliga hälsningar", "da": "Venlig hilsen",
    "nb": "Vennlig hilsen", "fi": "Ystävällisin terveisin", "ro": "Cu stimă",
    "fr": "Cordialement", "de": "Mit freundlichen Grüßen",
}  # fmt: skip

_CODE: Mapping[str, str] = {
    "en": "{{ sender }}: your code is {{ code }}. It holds for 10 minutes. Tell it to nobody.",
    "sv": "{{ sender }}: din kod är {{ code }}. Den gäller i 10 minuter. Säg den inte till någon.",
    "da": "{{ sender }}: din kode er {{ code }}. Den gælder i 10 minutter. Sig den ikke til nogen.",
    "nb": "{{ sender }}: koden din er {{ code }}. Den gjelder i 10 minutter. Ikke del den.",
    "fi": "{{ sender }}: koodisi on {{ code }}. Se on voimassa 10 minuuttia. Älä kerro sitä.",
    "ro": "{{ sender }}: codul este {{ code }}. Este valabil 10 minute. Nu îl spuneți nimănui.",
    "fr": "{{ sender }} : votre code est {{ code }}, valable 10 minutes. Ne le donnez à personne.",
    "de": "{{ sender }}: Ihr Code ist {{ code }}. Er gilt 10 Minuten. Sagen Sie ihn niemandem.",
}  # fmt: skip

_CODE_SUBJECT: Mapping[str, str] = {
    "en": "{{ sender }}: your code", "sv": "{{ sender }}: din kod", "da": "{{ sender }}: din kode",
    "nb": "{{ sender }}: koden din", "fi": "{{ sender }}: koodisi", "ro": "{{ sender }}: codul",
    "fr": "{{ sender }} : votre code", "de": "{{ sender }}: Ihr Code",
}  # fmt: skip

_RECEIPT_SUBJECT: Mapping[str, str] = {
    "en": "Signed: {{ title }}", "sv": "Undertecknat: {{ title }}",
    "da": "Underskrevet: {{ title }}", "nb": "Signert: {{ title }}",
    "fi": "Allekirjoitettu: {{ title }}", "ro": "Semnat: {{ title }}",
    "fr": "Signé : {{ title }}", "de": "Unterschrieben: {{ title }}",
}  # fmt: skip

_RECEIPT: Mapping[str, str] = {
    "en": "Hello {{ name }},\n\nthank you. {{ title }} is signed by everybody. The signed document "
    "is attached; keep it, it proves what was agreed.",
    "sv": "Hej {{ name }},\n\ntack. {{ title }} är undertecknat av alla. Det undertecknade "
    "dokumentet är bifogat; spara det, det visar vad som avtalats.",
    "da": "Hej {{ name }},\n\ntak. {{ title }} er underskrevet af alle. Det underskrevne dokument "
    "er vedhæftet; gem det, det viser, hvad der er aftalt.",
    "nb": "Hei {{ name }},\n\ntakk. {{ title }} er signert av alle. Det signerte dokumentet er "
    "vedlagt; ta vare på det, det viser hva som er avtalt.",
    "fi": "Hei {{ name }},\n\nkiitos. Kaikki ovat allekirjoittaneet: {{ title }}. Allekirjoitettu "
    "asiakirja on liitteenä; säilytä se, se osoittaa, mitä on sovittu.",
    "ro": "Bună ziua {{ name }},\n\nvă mulțumim. {{ title }} este semnat de toți. Documentul "
    "semnat este atașat; păstrați-l, el arată ce s-a convenit.",
    "fr": "Bonjour {{ name }},\n\nmerci. {{ title }} est signé par tous. Le document signé est "
    "joint ; conservez-le, il prouve ce qui a été convenu.",
    "de": "Guten Tag {{ name }},\n\nvielen Dank. {{ title }} ist von allen unterschrieben. Das "
    "unterschriebene Dokument liegt bei; bewahren Sie es auf, es belegt, was vereinbart ist.",
}

_ALSO_HERE: Mapping[str, str] = {
    "en": "You also find it here:", "sv": "Du hittar det också här:",
    "da": "Du finder det også her:", "nb": "Du finner det også her:",
    "fi": "Löydät sen myös täältä:", "ro": "Îl găsiți și aici:",
    "fr": "Vous le trouvez aussi ici :", "de": "Sie finden es auch hier:",
}  # fmt: skip

_RECEIPT_LINK: Mapping[str, str] = {
    "en": "{{ sender }}: {{ title }} is signed by everybody, thank you. You find it here:",
    "sv": "{{ sender }}: {{ title }} är undertecknat av alla, tack. Du hittar det här:",
    "da": "{{ sender }}: {{ title }} er underskrevet af alle, tak. Du finder det her:",
    "nb": "{{ sender }}: {{ title }} er signert av alle, takk. Du finner det her:",
    "fi": "{{ sender }}: kaikki ovat allekirjoittaneet, kiitos: {{ title }}. Löydät sen täältä:",
    "ro": "{{ sender }}: {{ title }} este semnat de toți, vă mulțumim. Îl găsiți aici:",
    "fr": "{{ sender }} : {{ title }} est signé par tous, merci. Vous le trouvez ici :",
    "de": "{{ sender }}: {{ title }} ist von allen unterschrieben, danke. Sie finden es hier:",
}

_CONFIRMATION_SUBJECT: Mapping[str, str] = {
    "en": "Your answer has arrived: {{ title }}", "sv": "Ditt svar har kommit fram: {{ title }}",
    "da": "Dit svar er modtaget: {{ title }}", "nb": "Svaret ditt er mottatt: {{ title }}",
    "fi": "Vastauksesi on saapunut: {{ title }}", "ro": "Am primit răspunsul: {{ title }}",
    "fr": "Votre réponse est arrivée : {{ title }}",
    "de": "Ihre Antwort ist da: {{ title }}",
}  # fmt: skip

_HELLO: Mapping[str, str] = {
    "en": "Hello", "sv": "Hej", "da": "Hej", "nb": "Hei", "fi": "Hei", "ro": "Bună ziua",
    "fr": "Bonjour", "de": "Guten Tag",
}  # fmt: skip

_ARRIVED: Mapping[str, str] = {
    "en": "thank you, your answer about {{ title }} has arrived. Here you see how it stands:",
    "sv": "tack, ditt svar om {{ title }} har kommit fram. Här kan du följa ärendet:",
    "da": "tak, dit svar om {{ title }} er modtaget. Her kan du følge sagen:",
    "nb": "takk, svaret ditt om {{ title }} er mottatt. Her kan du følge saken:",
    "fi": "kiitos, vastauksesi on saapunut: {{ title }}. Tilanteen näet täältä:",
    "ro": "vă mulțumim, am primit răspunsul dvs. privind {{ title }}. Stadiul îl vedeți aici:",
    "fr": "merci, votre réponse au sujet de {{ title }} est arrivée. Vous pouvez suivre la suite "
    "ici :",
    "de": "vielen Dank, Ihre Antwort zu {{ title }} ist angekommen. Den Stand sehen Sie hier:",
}

_REMARK_SUBJECT: Mapping[str, str] = {
    "en": "Remark on {{ title }}", "sv": "Kommentar till {{ title }}",
    "da": "Bemærkning til {{ title }}", "nb": "Kommentar til {{ title }}",
    "fi": "Viesti: {{ title }}", "ro": "Observație la {{ title }}",
    "fr": "Remarque sur {{ title }}", "de": "Anmerkung zu {{ title }}",
}  # fmt: skip

_REMARK: Mapping[str, str] = {
    "en": "{{ name }} writes about {{ title }} ({{ number }}):",
    "sv": "{{ name }} skriver om {{ title }} ({{ number }}):",
    "da": "{{ name }} skriver om {{ title }} ({{ number }}):",
    "nb": "{{ name }} skriver om {{ title }} ({{ number }}):",
    "fi": "{{ name }} kirjoittaa, {{ title }} ({{ number }}):",
    "ro": "{{ name }} scrie despre {{ title }} ({{ number }}):",
    "fr": "{{ name }} écrit au sujet de {{ title }} ({{ number }}) :",
    "de": "{{ name }} schreibt zu {{ title }} ({{ number }}):",
}

_ANSWER: Mapping[str, str] = {
    "en": "{{ sender }} has answered about {{ title }}:",
    "sv": "{{ sender }} har svarat om {{ title }}:",
    "da": "{{ sender }} har svaret om {{ title }}:",
    "nb": "{{ sender }} har svart om {{ title }}:",
    "fi": "{{ sender }} on vastannut, {{ title }}:",
    "ro": "{{ sender }} a răspuns despre {{ title }}:",
    "fr": "{{ sender }} a répondu au sujet de {{ title }} :",
    "de": "{{ sender }} hat zu {{ title }} geantwortet:",
}

_BODIES: Mapping[str, Mapping[str, str]] = {
    "code": _CODE, "confirmation": _ARRIVED, "receipt": _RECEIPT,
    "receipt_link": _RECEIPT_LINK, "remark": _REMARK, "answer": _ANSWER, **NEWS, **TO_CONTACTS,
}  # fmt: skip
NOTICES = tuple(_BODIES)
# A mail greets, an SMS says first who writes.
_SPOKEN_TO: Mapping[str, Mapping[str, str]] = {
    EMAIL: {key: f"{_HELLO[key]} {{{{ name }}}},\n\n{text}" for key, text in _ARRIVED.items()},
    SMS: {
        key: f"{{{{ sender }}}}{' ' if key == 'fr' else ''}: {text}"
        for key, text in _ARRIVED.items()
    },
}
_SUBJECTS: Mapping[str, Mapping[str, str]] = {
    "code": _CODE_SUBJECT, "confirmation": _CONFIRMATION_SUBJECT, "receipt": _RECEIPT_SUBJECT,
    "receipt_link": _RECEIPT_SUBJECT, "remark": _REMARK_SUBJECT, "answer": _REMARK_SUBJECT,
}  # fmt: skip
_LINK = "{% if link %}{{ link }}{% endif %}"
_ADDED: Mapping[str, str] = {
    "remark": "{{ text }}{% if link %}\n\n{{ link }}{% endif %}",
    "answer": "{{ text }}\n\n{{ link }}",
    "confirmation": _LINK,
    "receipt": _LINK,
    "receipt_link": _LINK,
    **dict.fromkeys(TO_CONTACTS, _LINK),
}
_ABOVE_LINK: Mapping[str, Mapping[str, str]] = {"receipt": _ALSO_HERE}
_SHORT = "{{ title }} ({{ number }})"  # subject of news


def hub_text(
    workspace: WorkspaceSettings,
    way: str,
    about: str,
    language: str,
    values: Mapping[str, Any],
    kind: str = "",
    *,
    unsigned: bool = False,
) -> tuple[str, str]:
    """Text and subject of a notice about a request of this ``kind``; an SMS has no subject.
    ``unsigned``: it is accepted with one click, so that no word of a signature fits."""
    text = said(workspace, way, about, language, values, kind, unsigned=unsigned)
    if way == SMS:
        return text, ""
    if about != "code":
        text = f"{text}\n\n{closing(values['sender'], language)}"
    subject = _SUBJECTS.get(about)
    key = _subject_key(way, about)
    template = _template(workspace, key, subject, language, kind) if subject else _SHORT
    if unsigned and subject and about in ACCEPTED:
        template = _in(accepted_words.SUBJECT, language)
    return text, " ".join(render(template, values).split())


def said(
    workspace: WorkspaceSettings,
    way: str,
    about: str,
    language: str,
    values: Mapping[str, Any],
    kind: str = "",
    *,
    unsigned: bool = False,
) -> str:
    """The text of a notice without its closing."""
    own = _SPOKEN_TO[way] if about == "confirmation" else _BODIES[about]
    accepted = ACCEPTED.get(about) if unsigned else None
    template = (
        _in(accepted, language)
        if accepted
        else _template(workspace, f"{way}_{about}", own, language, kind)
    )
    text = render(template, values)
    return "\n\n".join([text, *_below(way, about, language, values)])


def closing(sender: str, language: str) -> str:
    """How an e-mail ends."""
    return f"{_in(_GREETING, language)}\n{sender}"


def with_choice(text: str, language: str, page: str) -> str:
    """With the address of the page where its reader chooses what to be told, where there is one."""
    return f"{text}\n\n{_in(CHOOSE, language)}: {page}" if page else text


def _below(way: str, about: str, language: str, values: Mapping[str, Any]) -> list[str]:
    """What stands below the text, whoever wrote that: a remark, the link. News bring their link by
    e-mail only: an SMS fits one part."""
    if about in NEWS:
        added = _LINK if way == EMAIL else ""
    else:
        added = _ADDED.get(about, "")
    below = render(added, {"link": "", **values})
    above = _in(_ABOVE_LINK[about], language) if below and about in _ABOVE_LINK else ""
    return [one for one in (above, below) if one]


def _subject_key(way: str, about: str) -> str:
    """One subject for a receipt, whether the file or its link goes along."""
    return f"{way}_{about.removesuffix('_link')}_subject"


def _template(
    workspace: WorkspaceSettings, key: str, own: Mapping[str, str], language: str, kind: str
) -> str:
    theirs = workspace.texts.get(f"{key}.{kind}") or workspace.texts.get(key, {})
    return theirs.get(language) or _in(own, language)


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["en"]

"""What notices say of a request that is accepted with one click: nothing is signed there, so
neither the hub's words of signatures nor a workspace's own fit."""

from __future__ import annotations

from collections.abc import Mapping

SUBJECT: Mapping[str, str] = {
    "en": "Accepted: {{ title }}", "sv": "Accepterat: {{ title }}", "da": "Accepteret: {{ title }}",
    "nb": "Godtatt: {{ title }}", "fi": "Hyväksytty: {{ title }}", "ro": "Acceptat: {{ title }}",
    "fr": "Accepté : {{ title }}", "de": "Angenommen: {{ title }}",
}  # fmt: skip
_RECEIPT: Mapping[str, str] = {
    "en": "Hello {{ name }},\n\nthank you. {{ title }} is accepted. The document is attached; keep "
    "it, it shows what was agreed.",
    "sv": "Hej {{ name }},\n\ntack. {{ title }} är accepterat. Dokumentet är bifogat; spara det, "
    "det visar vad som avtalats.",
    "da": "Hej {{ name }},\n\ntak. {{ title }} er accepteret. Dokumentet er vedhæftet; gem det, "
    "det viser, hvad der er aftalt.",
    "nb": "Hei {{ name }},\n\ntakk. {{ title }} er godtatt. Dokumentet er vedlagt; ta vare på det, "
    "det viser hva som er avtalt.",
    "fi": "Hei {{ name }},\n\nkiitos. Hyväksytty: {{ title }}. Asiakirja on liitteenä; säilytä se, "
    "se osoittaa, mitä on sovittu.",
    "ro": "Bună ziua {{ name }},\n\nvă mulțumim. {{ title }}: acceptat. Documentul este atașat; "
    "păstrați-l, el arată ce s-a convenit.",
    "fr": "Bonjour {{ name }},\n\nmerci. {{ title }} est accepté. Le document est joint ; "
    "conservez-le, il montre ce qui a été convenu.",
    "de": "Guten Tag {{ name }},\n\nvielen Dank. {{ title }} ist angenommen. Das Dokument liegt "
    "bei; bewahren Sie es auf, es zeigt, was vereinbart ist.",
}
_RECEIPT_LINK: Mapping[str, str] = {
    "en": "{{ sender }}: {{ title }} is accepted, thank you. You find it here:",
    "sv": "{{ sender }}: {{ title }} är accepterat, tack. Du hittar det här:",
    "da": "{{ sender }}: {{ title }} er accepteret, tak. Du finder det her:",
    "nb": "{{ sender }}: {{ title }} er godtatt, takk. Du finner det her:",
    "fi": "{{ sender }}: hyväksytty, kiitos: {{ title }}. Löydät sen täältä:",
    "ro": "{{ sender }}: {{ title }}: acceptat, vă mulțumim. Îl găsiți aici:",
    "fr": "{{ sender }} : {{ title }} est accepté, merci. Vous le trouvez ici :",
    "de": "{{ sender }}: {{ title }} ist angenommen, danke. Sie finden es hier:",
}
_COMPLETED: Mapping[str, str] = {
    "en": "{{ title }} ({{ number }}) is accepted by {{ name }}, without a signature, {{ at }}.",
    "sv": "{{ title }} ({{ number }}) är accepterat av {{ name }}, utan underskrift, {{ at }}.",
    "da": "{{ title }} ({{ number }}) er accepteret af {{ name }}, uden underskrift, {{ at }}.",
    "nb": "{{ title }} ({{ number }}) er godtatt av {{ name }}, uten signatur, {{ at }}.",
    "fi": "{{ name }} on hyväksynyt ilman allekirjoitusta: {{ title }} ({{ number }}), {{ at }}.",
    "ro": "{{ name }} a acceptat, fără semnătură: {{ title }} ({{ number }}), {{ at }}.",
    "fr": "{{ title }} ({{ number }}) est accepté par {{ name }}, sans signature, {{ at }}.",
    "de": "{{ title }} ({{ number }}) ist von {{ name }} ohne Unterschrift angenommen, {{ at }}.",
}
# What a notice is about → what it says then.
ACCEPTED: Mapping[str, Mapping[str, str]] = {
    "receipt": _RECEIPT,
    "receipt_link": _RECEIPT_LINK,
    "completed": _COMPLETED,
}

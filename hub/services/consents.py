"""What is ticked before signing on the canvas, where the mapping has no sentence of its own."""

from __future__ import annotations

from collections.abc import Mapping

CONSENT: Mapping[str, str] = {
    "en": "I have read what is shown here and sign it electronically.",
    "sv": "Jag har läst det som visas här och undertecknar det elektroniskt.",
    "da": "Jeg har læst det, der vises her, og underskriver det elektronisk.",
    "nb": "Jeg har lest det som vises her, og signerer det elektronisk.",
    "fi": "Olen lukenut tässä näytetyn sisällön ja allekirjoitan sen sähköisesti.",
    "ro": "Am citit ceea ce este afișat aici și semnez electronic.",
    "fr": "J’ai lu ce qui est affiché ici et je le signe électroniquement.",
    "de": "Ich habe gelesen, was hier gezeigt wird, und unterschreibe es elektronisch.",
}

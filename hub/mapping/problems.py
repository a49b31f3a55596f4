"""What is wrong in a file (``Problem``), and what does not fit in one record (``RowProblem``)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from hub.contracts.plugin import Wording
from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason

Path = tuple[str | int, ...]

# Codes of a RowProblem that are no Reason; each has a sentence for the upstream's user.
MISSING = "missing"
BAD_VALUE = "bad_value"
NOT_IN_MAP = "not_in_map"
EXPRESSION_FAILED = "expression_failed"

_SENTENCES: Mapping[str, Wording] = {
    MISSING: {
        "en": "The field {field} is empty. Fill it in and press the button again.",
        "sv": "Fältet {field} är tomt. Fyll i det och tryck på knappen igen.",
        "da": "Feltet {field} er tomt. Udfyld det, og tryk på knappen igen.",
        "nb": "Feltet {field} er tomt. Fyll det ut og trykk på knappen igjen.",
        "fi": "Kenttä {field} on tyhjä. Täytä se ja paina painiketta uudelleen.",
        "ro": "Câmpul {field} este gol. Completați-l și apăsați din nou butonul.",
        "fr": "Le champ {field} est vide. Renseignez-le et appuyez de nouveau sur le bouton.",
        "de": "Das Feld {field} ist leer. Füllen Sie es aus und drücken Sie den Knopf noch einmal.",
    },
    BAD_VALUE: {
        "en": "The field {field} holds something that does not fit. Correct it and try again.",
        "sv": "Fältet {field} innehåller något som inte stämmer. Rätta det och försök igen.",
        "da": "Feltet {field} indeholder noget, der ikke passer. Ret det, og prøv igen.",
        "nb": "Feltet {field} inneholder noe som ikke passer. Rett det og prøv igjen.",
        "fi": "Kentässä {field} on jotain sopimatonta. Korjaa se ja yritä uudelleen.",
        "ro": "Câmpul {field} conține ceva nepotrivit. Corectați-l și încercați din nou.",
        "fr": "Le champ {field} contient quelque chose qui ne convient pas. Corrigez-le et "
        "réessayez.",
        "de": "Das Feld {field} enthält etwas Unpassendes. Berichtigen Sie es und versuchen Sie "
        "es noch einmal.",
    },
    NOT_IN_MAP: {
        "en": "The field {field} has a choice that is not known here. Choose another one.",
        "sv": "Fältet {field} har ett val som inte är känt här. Välj ett annat.",
        "da": "Feltet {field} har et valg, som ikke kendes her. Vælg et andet.",
        "nb": "Feltet {field} har et valg som ikke er kjent her. Velg et annet.",
        "fi": "Kentässä {field} on valinta, jota ei tunneta täällä. Valitse toinen.",
        "ro": "Câmpul {field} are o opțiune necunoscută aici. Alegeți alta.",
        "fr": "Le champ {field} a un choix inconnu ici. Choisissez-en un autre.",
        "de": "Das Feld {field} hat eine Auswahl, die hier nicht bekannt ist. Wählen Sie eine "
        "andere.",
    },
    EXPRESSION_FAILED: {
        "en": "The rule for {field} could not be worked out for this record. Contact support.",
        "sv": "Regeln för {field} gick inte att räkna ut för den här posten. Kontakta supporten.",
        "da": "Reglen for {field} kunne ikke beregnes for denne post. Kontakt supporten.",
        "nb": "Regelen for {field} kunne ikke beregnes for denne posten. Kontakt support.",
        "fi": "Kentän {field} sääntöä ei voitu laskea tälle tietueelle. Ota yhteyttä tukeen.",
        "ro": "Regula pentru {field} nu a putut fi calculată pentru această înregistrare. "
        "Contactați asistența.",
        "fr": "La règle de {field} n'a pas pu être calculée pour cette fiche. Contactez "
        "l'assistance.",
        "de": "Die Regel für {field} ließ sich für diesen Datensatz nicht auswerten. Wenden Sie "
        "sich an den Support.",
    },
}


@dataclass(frozen=True)
class Problem:
    """One fault in a mapping or form file; its text reads like a compiler's line."""

    file: str
    line: int
    column: int
    row: str
    message: str
    fix: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        note = "" if self.severity == "error" else f"{self.severity}: "
        end = f"; {self.fix}" if self.fix else ""
        return f"{self.file}:{self.line}:{self.column}: {self.row}: {note}{self.message}{end}"


@dataclass(frozen=True)
class RowProblem:
    """One row that this record does not satisfy. Never holds the record's values.

    ``rule`` names the row in the mapping, ``path`` the field it reads, ``code`` is a word for
    programs (``missing_number``, ``bad_number``, ``missing``, ``bad_value``, ...); ``message`` is
    for operators, ``wording`` for the upstream's user.
    """

    rule: str
    path: str
    code: str
    message: str
    wording: Wording = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.rule} ({self.path or 'no path'}): {self.message}"


def row_problem(rule: str, path: str, code: str, message: str) -> RowProblem:
    """A ``RowProblem`` with the sentences that belong to its code."""
    return RowProblem(rule, path, code, message, _wording(code, path or rule.rpartition(".")[2]))


def _wording(code: str, name: str) -> Wording:
    if code in set(Reason):
        return REASON_TEXTS[Reason(code)]
    sentences = _SENTENCES.get(code, _SENTENCES[BAD_VALUE])
    return {language: text.format(field=name) for language, text in sentences.items()}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The sentence that helps after an unknown word: the nearest one, or all there are."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"use one of: {', '.join(names)}" if names else "nothing is defined here"


def unknown_word(what: str, word: str, known: Collection[str]) -> str:
    """``unknown converter 'e165'; did you mean 'e164'?``"""
    return f"unknown {what} '{word}'; {did_you_mean(word, known)}"

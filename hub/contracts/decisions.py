"""An answer that the customer gave to a person, over the telephone or the counter, and that
somebody of the sender's noted by hand."""

from __future__ import annotations

from collections.abc import Mapping

ACCEPTED, DECLINED = "accepted", "declined"
DECISIONS: Mapping[str, str] = {
    ACCEPTED: "The customer said yes, to all of it or to some of its lines.",
    DECLINED: "The customer said no to all of it.",
}
# How the answer came.
WAYS: Mapping[str, str] = {
    "phone": "By telephone.",
    "counter": "In person, over the counter.",
    "email": "By e-mail.",
    "other": "In another way; the remark says which.",
}
TOLD = ("decision", "how", "by", "remark")
"""What steps read of it below ``outcome``; empty after every other event."""

DECIDED_TEXTS: Mapping[str, Mapping[str, str]] = {
    ACCEPTED: {
        "en": "The customer said yes; this was noted by hand.",
        "sv": "Kunden sa ja; det antecknades för hand.",
        "da": "Kunden sagde ja; det blev noteret i hånden.",
        "nb": "Kunden sa ja; det ble notert for hånd.",
        "fi": "Asiakas hyväksyi; se kirjattiin käsin.",
        "ro": "Clientul a fost de acord; s-a notat manual.",
        "fr": "Le client a dit oui ; cela a été noté à la main.",
        "de": "Der Kunde hat zugesagt; es wurde von Hand vermerkt.",
    },
    DECLINED: {
        "en": "The customer said no; this was noted by hand.",
        "sv": "Kunden sa nej; det antecknades för hand.",
        "da": "Kunden sagde nej; det blev noteret i hånden.",
        "nb": "Kunden sa nei; det ble notert for hånd.",
        "fi": "Asiakas kieltäytyi; se kirjattiin käsin.",
        "ro": "Clientul a refuzat; s-a notat manual.",
        "fr": "Le client a dit non ; cela a été noté à la main.",
        "de": "Der Kunde hat abgelehnt; es wurde von Hand vermerkt.",
    },
}
"""The sentence for the upstream's user."""

"""A form with a field of every type, in two languages."""

from __future__ import annotations

from hub.mapping.forms import Choice, FieldSpec, FieldType, FormSpec, FormStep

T = FieldType
CONTACT = FormStep(
    "contact",
    {"en": "How do we reach you?", "sv": "Hur når vi dig?"},
    {
        "en": "We filled in what we know. Correct it if it is wrong.",
        "sv": "Vi har fyllt i det vi vet. Rätta det som är fel.",
    },
    (
        FieldSpec("name", T.TEXT, {"en": "Name", "sv": "Namn"}, required=True, autocomplete="name"),
        FieldSpec(
            "email", T.EMAIL, {"en": "E-mail", "sv": "E-post"}, required=True, autocomplete="email"
        ),
        FieldSpec(
            "phone", T.TEL, {"en": "Mobile", "sv": "Mobil"}, required=True, autocomplete="tel"
        ),
        FieldSpec(
            "street", T.TEXT, {"en": "Street", "sv": "Gatuadress"}, autocomplete="address-line1"
        ),
        FieldSpec(
            "postcode",
            T.POSTCODE,
            {"en": "Postcode", "sv": "Postnummer"},
            placeholder={"en": "123 45", "sv": "123 45"},
            autocomplete="postal-code",
        ),
    ),
)
REPAIR = FormStep(
    "repair",
    {"en": "What shall we repair?", "sv": "Vad ska vi laga?"},
    {"en": "A few words are enough.", "sv": "Några ord räcker."},
    (
        FieldSpec(
            "kind",
            T.SELECT,
            {"en": "Kind of machine", "sv": "Typ av maskin"},
            required=True,
            choices=(
                Choice("mower", {"en": "Lawn mower", "sv": "Gräsklippare"}),
                Choice("saw", {"en": "Chain saw", "sv": "Motorsåg"}),
            ),
        ),
        FieldSpec(
            "fault",
            T.TEXTAREA,
            {"en": "What is wrong?", "sv": "Vad är fel?"},
            help={"en": "When did it start?", "sv": "När började det?"},
            required=True,
            max_length=400,
            rows=4,
        ),
        FieldSpec("bought", T.DATE, {"en": "Bought on", "sv": "Köpt den"}),
        FieldSpec(
            "delivery",
            T.RADIO,
            {"en": "How do you get it back?", "sv": "Hur får du tillbaka den?"},
            required=True,
            choices=(
                Choice("fetch", {"en": "I fetch it", "sv": "Jag hämtar den"}),
                Choice("send", {"en": "Send it to me", "sv": "Skicka den till mig"}),
            ),
        ),
        FieldSpec(
            "call", T.CHECKBOX, {"en": "Call me when it is ready", "sv": "Ring mig när den är klar"}
        ),
    ),
)
REPAIR_FORM = FormSpec("repair_intake", {"en": "Repair", "sv": "Reparation"}, (CONTACT, REPAIR))
CONTACT_ANSWERS = {
    "name": "Alice Andersson",
    "email": "alice@example.com",
    "phone": "070-123 45 67",
    "street": "Storgatan 1",
    "postcode": "123 45",
}
REPAIR_ANSWERS = {
    "kind": "mower",
    "fault": "It starts, then stops after a minute.",
    "bought": "2024-05-17",
    "delivery": "fetch",
    "call": "yes",
}

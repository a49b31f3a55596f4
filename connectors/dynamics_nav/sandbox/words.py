"""Texts of faults as a server answers them: in English, or in Swedish where ServicesLanguage says
so. What the vendor documents is worded as there; the Swedish words are ours."""

from __future__ import annotations

from connectors.dynamics_nav.sandbox.errors import NavError

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "stale": 'Other user has modified "{page}" "{key}"',
        "gone": "The {table} does not exist. Identification fields and values: {key}",
        "exists": "The {table} already exists. Identification fields and values: {key}",
        "relation": "The field {field} of table {table} contains a value ({value}) that cannot be "
        "found in the related table ({related}).",
        "released": "Status must be equal to 'Open' in {table}: {key}. Current value is "
        "'Released'.",
        "invoiced": "Quantity Invoiced must be equal to '0' in {table}: {key}. Current value is "
        "'{value}'.",
        "blocked": "You cannot create this type of document when Customer {value} is blocked with "
        "type All.",
        "no_rate": "There is no Currency Exchange Rate within the filter. Filters: Currency Code: "
        "{value}, Starting Date: ..{date}",
        "no_lines": "There is nothing to send in {table} {key}: the document has no lines.",
        "missing": "{field} must have a value in {table}: {key}. It cannot be zero or empty.",
        "long": "The length of the string is {length}, but it must be less than or equal to "
        "{limit} characters. Value: {value}",
        "value": "Your entry of '{value}' is not an acceptable value for '{field}'.",
        "readonly": "The field {field} is not editable.",
        "filter": "The filter '{value}' is not valid for the field {field}.",
        "no_field": "The field {field} does not exist on page {page}.",
        "callback": "Microsoft Dynamics NAV Server attempted to issue a client callback to show a "
        "dialog box. Client callbacks are not supported on Microsoft Dynamics NAV Server.",
        "ordered": "Quote {value} has been made an order already.",
        "base64": "The file content is not valid Base64 text.",
        "key": "The key is not valid.",
        "element": "Unexpected element '{value}' in {where}.",
        "parameter": "Parameter {value} in method {method} in service {service} is null!",
        "action": "The SOAPAction '{value}' does not match the message.",
        "envelope": "The request is not a SOAP 1.1 message.",
        "method": "Method {value} of service {service} does not exist.",
        "doc_type": "Document type '{value}' is not known.",
    },
    "sv": {
        "stale": 'En annan användare har ändrat "{page}" "{key}"',
        "gone": "{table} finns inte. Identifikationsfält och värden: {key}",
        "exists": "{table} finns redan. Identifikationsfält och värden: {key}",
        "relation": "Fältet {field} i tabellen {table} innehåller ett värde ({value}) som inte "
        "finns i den relaterade tabellen ({related}).",
        "released": "Status måste vara 'Öppen' i {table}: {key}. Nuvarande värde är 'Släppt'.",
        "invoiced": "Fakturerat antal måste vara '0' i {table}: {key}. Nuvarande värde är "
        "'{value}'.",
        "blocked": "Du kan inte skapa den här typen av dokument när kunden {value} är spärrad med "
        "typen Alla.",
        "no_rate": "Det finns ingen valutakurs inom filtret. Filter: Valutakod: {value}, "
        "Startdatum: ..{date}",
        "no_lines": "Det finns inget att skicka i {table} {key}: dokumentet har inga rader.",
        "missing": "{field} måste ha ett värde i {table}: {key}. Det får inte vara noll eller "
        "tomt.",
        "long": "Strängens längd är {length}, men den får vara högst {limit} tecken. Värde: "
        "{value}",
        "value": "'{value}' är inte ett godkänt värde för '{field}'.",
        "readonly": "Fältet {field} kan inte redigeras.",
        "filter": "Filtret '{value}' är inte giltigt för fältet {field}.",
        "no_field": "Fältet {field} finns inte på sidan {page}.",
        "callback": "Microsoft Dynamics NAV Server försökte göra ett klientåteranrop för att visa "
        "en dialogruta. Klientåteranrop stöds inte av Microsoft Dynamics NAV Server.",
        "ordered": "Offert {value} har redan gjorts till order.",
        "base64": "Filens innehåll är inte giltig Base64-text.",
        "key": "Nyckeln är inte giltig.",
        "element": "Oväntat element '{value}' i {where}.",
        "parameter": "Parametern {value} i metoden {method} i tjänsten {service} är null!",
        "action": "SOAPAction '{value}' stämmer inte med meddelandet.",
        "envelope": "Anropet är inte ett SOAP 1.1-meddelande.",
        "method": "Metoden {value} i tjänsten {service} finns inte.",
        "doc_type": "Dokumenttypen '{value}' är okänd.",
    },
}
LANGUAGES = {"en": "en-US", "sv": "sv-SE"}


def text_of(error: NavError, language: str) -> str:
    """The refusal in the server's language. Captions come in both and are chosen here."""
    given = {
        name: value[language] if isinstance(value, dict) else value
        for name, value in error.given.items()
    }
    return WORDS[language][error.word].format(**given)

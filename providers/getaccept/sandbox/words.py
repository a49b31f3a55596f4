"""What a recipient reads on the pages, in the language that the browser asks for: English, or
Swedish. The English words are the names of the texts."""

from __future__ import annotations

import datetime as dt

from flask import has_request_context, request

LANGUAGES = ("en", "sv")
_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september",
    "oktober", "november", "december",
)  # fmt: skip

SWEDISH: dict[str, str] = {
    # the document
    "Hello {name}": "Hej {name}",
    "You can answer until {day}.": "Du kan svara till och med {day}.",
    "Your document number is {number}.": "Dokumentets nummer är {number}.",
    "Document": "Dokument",
    "Page {number} of the document": "Dokumentets sida {number}",
    "Page {number} of {pages}": "Sida {number} av {pages}",
    "Your choices": "Dina val",
    "What you chose": "Det du valde",
    "Option": "Tillval",
    "Keep my choices": "Spara mina val",
    "Your choice is kept.": "Ditt val är sparat.",
    "Not kept. Please try again.": "Inte sparat. Försök igen.",
    "Attachments": "Bilagor",
    "Added": "Tillagd",
    "Seen": "Sedd",
    "Please add": "Lägg till",
    "Open before signing": "Öppna innan du signerar",
    "File for {title}": "Fil till {title}",
    "Add this file": "Lägg till filen",
    "Questions?": "Frågor?",
    "Write to {name}. The answer comes here and by message.": "Skriv till {name}. Svaret kommer "
    "hit och som meddelande.",
    "Your message": "Ditt meddelande",
    "Send message": "Skicka meddelande",
    "Ask": "Fråga",
    "Continue to sign": "Gå till signering",
    "Approve": "Godkänn",
    # declining
    "I do not want this": "Jag vill inte ha det här",
    "Reason": "Orsak",
    "Choose one": "Välj en",
    "Something to add (if you like)": "Något att tillägga (frivilligt)",
    "Decline": "Tacka nej",
    "{name} is told, and nobody can sign any more.": "{name} får veta det, och ingen kan signera "
    "längre.",
    "The price is too high": "Priset är för högt",
    "I do not need this now": "Jag behöver det inte nu",
    "I chose somebody else": "Jag valde någon annan",
    "Something in it is wrong": "Något i det är fel",
    "Another reason": "Något annat",
    # signing
    "Sign": "Signera",
    "Sign {name}": "Signera {name}",
    "You chose": "Du valde",
    "Yes": "Ja",
    "No": "Nej",
    "Before you can sign": "Innan du kan signera",
    "Open this first: {title}": "Öppna först: {title}",
    "Add the file that is asked for: {title}": "Lägg till filen som efterfrågas: {title}",
    "Fill in: {label}": "Fyll i: {label}",
    "Go there": "Gå dit",
    "A code is sent to your mobile number that ends with {end}.": "En kod skickas till ditt "
    "mobilnummer som slutar på {end}.",
    "Send a new code": "Skicka en ny kod",
    "Send me a code": "Skicka en kod",
    "Code from the SMS": "Kod från sms:et",
    "Identify me as {name} with my eID (simulated)": "Legitimera mig som {name} med e-legitimation "
    "(simulerat)",
    "Your name": "Ditt namn",
    "Draw your signature, if you like": "Rita din namnteckning, om du vill",
    "Undo": "Ångra",
    "You get the signed document by e-mail when everybody has signed.": "Du får det signerade "
    "dokumentet med e-post när alla har signerat.",
    "You get the signed document when everybody has signed.": "Du får det signerade dokumentet "
    "när alla har signerat.",
    "Back to the document": "Tillbaka till dokumentet",
    # afterwards
    "Everybody has signed": "Alla har signerat",
    "Approved": "Godkänt",
    "Thank you, you have signed": "Tack, du har signerat",
    "Your receipt is on its way to {address}.": "Ditt kvitto är på väg till {address}.",
    "You get the signed document when all others have signed.": "Du får det signerade dokumentet "
    "när alla andra har signerat.",
    "Download PDF": "Ladda ner PDF",
    "You declined": "Du har tackat nej",
    "Declined": "Någon har tackat nej",
    "This link is no longer valid": "Länken gäller inte längre",
    "This link leads nowhere": "Länken leder ingenstans",
    "Ask the sender for a new one.": "Be avsändaren om en ny.",
    "Ask for a new preview.": "Be om en ny förhandsvisning.",
    "Questions? Write to {address}.": "Frågor? Skriv till {address}.",
    "This document was withdrawn by its sender.": "Dokumentet har återkallats av avsändaren.",
    "This document has expired.": "Tiden för dokumentet har gått ut.",
    "This document was declined.": "Dokumentet är avböjt.",
    "This document was closed by its sender.": "Dokumentet har avslutats av avsändaren.",
    "This document is signed.": "Dokumentet är signerat.",
    "This document is not ready yet.": "Dokumentet är inte klart än.",
    # the entrance
    "{name} has sent you a document": "{name} har skickat ett dokument till dig",
    "We have sent a code to your mobile number that ends with {end}.": "Vi har skickat en kod till "
    "ditt mobilnummer som slutar på {end}.",
    "Open the document": "Öppna dokumentet",
    # refusals
    "This document cannot be opened.": "Dokumentet kan inte öppnas.",
    "There is no file yet.": "Det finns ingen fil än.",
    "There is no such attachment.": "Bilagan finns inte.",
    "Write your name first.": "Skriv ditt namn först.",
    "Choose a reason first.": "Välj en orsak först.",
    "Choose a file first.": "Välj en fil först.",
    "No file is asked for there, or it is empty.": "Ingen fil efterfrågas där, eller så är den "
    "tom.",
    "This field is not yours to fill in.": "Fältet är inte ditt att fylla i.",
    "The field cannot be changed.": "Fältet går inte att ändra.",
    "There is no mobile number to send a code to.": "Det finns inget mobilnummer att skicka en kod "
    "till.",
    "That is not the code. Look at the last SMS.": "Koden stämmer inte. Se det senaste sms:et.",
    "That is not the answer.": "Svaret stämmer inte.",
    "You are not asked to sign.": "Du är inte ombedd att signera.",
    "You are not asked to approve.": "Du är inte ombedd att godkänna.",
    "Write something first.": "Skriv något först.",
    "Identify yourself with your eID first.": "Legitimera dig först.",
    "You got this to look at.": "Du har fått det för kännedom.",
    "You have done your part.": "Du är klar med din del.",
    "Somebody else has to sign first. You will get a message.": "Någon annan ska signera först. Du "
    "får ett meddelande.",
}


def language() -> str:
    """The one of the request; English where there is none, or it asks for neither."""
    if not has_request_context():
        return "en"
    return request.accept_languages.best_match(LANGUAGES) or "en"


def say(text: str, **given: object) -> str:
    """The text in the request's language, with what is given filled in. A text that has no Swedish
    words is said as it stands."""
    spoken = SWEDISH.get(text, text) if language() == "sv" else text
    return spoken.format(**given) if given else spoken


def day(moment: dt.datetime) -> str:
    """A date, written out."""
    month = _MONTHS[moment.month - 1] if language() == "sv" else moment.strftime("%B")
    return f"{moment.day} {month} {moment.year}"

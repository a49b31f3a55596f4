"""What a customer reads when something given cannot be taken, and at which field it stands.

Plugins bring their own words with the error; here are those of the hub's own codes.
"""

from __future__ import annotations

from hub.kernel.errors import Unfit
from hub.web.pages.screens import Desk
from hub.web.pages.words import N_

# Code, or field and code where the code alone says too little → words.
WORDS = {
    "no_consent": N_("Tick the box to say that you agree."),
    "wrong_code": N_("This is not the right code. Check it, or ask for a new one."),
    "code_expired": N_("There is no valid code. Press the button and we send you a new one."),
    "too_many_codes": N_("We have sent you several codes. Try again in an hour, or contact us."),
    "no_code_address": N_("We have no number or address to send a code to. Please contact us."),
    "empty": N_("Please write something first."),
    "too_long": N_("Please shorten your message."),
    "too_many": N_("You have written a lot already. Please call us instead."),
    "no_name": N_("Please write the name of the person."),
    "bad_name": N_("This name is too long. Please shorten it."),
    "no_address": N_("Please give an e-mail address or a mobile number."),
    "bad_address": N_("This does not look like an e-mail address."),
    "no_country": N_("Please begin the number with its country code, such as +46."),
    "needs_mobile": N_("Please give a mobile number: a text message is sent to this person."),
    "needs_email": N_("Please give an e-mail address: an e-mail is sent to this person."),
    "bad_email": N_("This does not look like an e-mail address."),
    "too_many_sign_ins": N_("Too many codes were asked for from here. Try again in an hour."),
    "too_many_files": N_("Send at most %(limit)s files with one message."),
    "large_file": N_("%(name)s is larger than %(megabytes)s MB. Make it smaller and send that."),
    "empty_file": N_("%(name)s is empty."),
    "bad_type": N_(
        "%(name)s cannot be sent. Send a PDF, a picture (JPEG, PNG, WebP) or plain text."
    ),
    "acting_file": N_("%(name)s holds programs or other files. Print it to a new PDF."),
    "locked_file": N_("%(name)s is locked by a password. Save it without one."),
    "broken_file": N_("%(name)s is damaged and cannot be read. Save it again and send that."),
    "files_full": N_("You have sent %(megabytes)s MB of files already. Please call us instead."),
    "files_long": N_("The files are too large together. Send them with several messages."),
    "no_files_there": N_("Messages carry no files where this document is kept. Send text alone."),
    "files_later": N_("Files cannot be taken just now. Please try again in a minute."),
    "no_password": N_("Please enter the password."),
    "wrong_password": N_("The password does not fit this link. Check both of them."),
    "too_many_tries": N_("Too many passwords were tried from here. Try again in an hour."),
    "busy": N_("Many people open documents just now. Please try again in a moment."),
    "bad_number": N_("This does not look like a mobile number."),
}
_ANYTHING = N_("Something is not right here. Please check what you gave.")
# The first part of a code → the field, where the error does not name it itself.
_FIELDS = ("ink", "name", "consent", "method", "code")


def problem(error: Unfit, desk: Desk, other: str) -> dict[str, str]:
    """The field at fault (``other`` when no field is) with its words."""
    named = str(error.values.get("field", ""))
    first = error.code.partition("_")[0]
    field = named or (first if first in _FIELDS else other)
    words = error.words.get(desk.language())
    ours = WORDS.get(f"{field}.{error.code}") or WORDS.get(error.code, _ANYTHING)
    values = {name: value for name, value in error.values.items() if name != "field"}
    return {field: words or desk.say(ours, **values)}

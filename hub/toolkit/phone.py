"""Telephone numbers as people type them, made E.164, or a word that says what is wrong.

Judged with ``phonenumbers``. Its ranges age, so a number that is possible but unknown is let
through; only what is certainly not a number for an SMS is refused. It takes letters as key presses
(``0700-DOKTOR`` would be "valid"), so letters are refused before it sees them.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

# Reason → what a person at the upstream reads. The number itself is never repeated.
REASONS = {
    "missing": "the mobile number is missing",
    "wrong_type": "the mobile number is not a text",
    "letters": "the mobile number contains letters",
    "several": "the field holds more than one number",
    "extension": "the number has an extension; an SMS cannot reach it",
    "bad_region": "the number's country is not known",
    "too_short": "the mobile number is too short",
    "too_long": "the mobile number is too long",
    "not_possible": "this is not a telephone number",
    "not_mobile": "this is not a mobile number",
}
# Danish and American numbers do not tell mobile from fixed; new ranges are unknown at first.
_REACHED_BY_SMS = {
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.UNKNOWN,
}
_POSSIBLE = {
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.INVALID_LENGTH: "not_possible",
    ValidationResult.INVALID_COUNTRY_CODE: "bad_region",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
}
_UNPARSED = {
    NumberParseException.INVALID_COUNTRY_CODE: "bad_region",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
# A slash stands between two numbers, or behind the code of an area as Germans write it.
_SEPARATORS = re.compile(r"[,;\n]|\d\s*\+|/.*/|(?:\d\D*){6}/")
_EXTENSION = re.compile(r"#|\b(?:ext|anknytning|ankn)\b", re.IGNORECASE)


class PhoneError(ValueError):
    """The text is not a number that an SMS can go to; ``reason`` is a key of ``REASONS``."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


def is_e164(text: str) -> bool:
    """Whether ``text`` has the form of E.164: plus sign, country code, at most 15 digits."""
    return _E164.fullmatch(text) is not None


def region_of(number: str) -> str:
    """The country in whose way the holder of an E.164 number writes others; empty where the number
    does not tell."""
    try:
        code = phonenumbers.parse(number).country_code
    except NumberParseException:
        return ""
    region = phonenumbers.region_code_for_country_code(code or 0)
    return region if region.isalpha() and region != "ZZ" else ""


def normalise(text: object, region: str, *, for_sms: bool = True) -> str:
    """``text`` as E.164; numbers without a country code are read as ``region`` writes them, and
    refused (``bad_region``) where that is empty.

    ``for_sms`` refuses numbers that are certainly no mobile (``not_mobile``). Raises
    ``PhoneError``, whose ``reason`` is a key of ``REASONS``.
    """
    plain = _plain(text)
    try:
        number = phonenumbers.parse(plain, region.upper())
    except NumberParseException as error:
        raise PhoneError(_UNPARSED.get(error.error_type, "not_possible")) from None
    if number.extension:
        raise PhoneError("extension")
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != ValidationResult.IS_POSSIBLE:
        raise PhoneError(_POSSIBLE.get(possible, "not_possible"))
    if for_sms and phonenumbers.number_type(number) not in _REACHED_BY_SMS:
        raise PhoneError("not_mobile")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _plain(text: object) -> str:
    if text is None:
        raise PhoneError("missing")
    if not isinstance(text, str):
        raise PhoneError("wrong_type")
    # Marks that copying from a web page leaves behind (bidi, zero width) are format characters.
    plain = "".join(c for c in text if unicodedata.category(c) != "Cf").strip()
    plain = plain.removeprefix("tel:").strip()
    if not plain:
        raise PhoneError("missing")
    if _EXTENSION.search(plain):
        raise PhoneError("extension")
    if any(c.isalpha() for c in plain):
        raise PhoneError("letters")
    if _SEPARATORS.search(plain):
        raise PhoneError("several")
    return plain

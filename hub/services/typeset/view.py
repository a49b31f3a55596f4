"""A sheet as the templates see it: plain texts, each amount and date already written out in the
sheet's language. The templates decide where it stands, not what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from hub.contracts.money import LineAmount, Money, Totals, VatAmount, totals
from hub.services import amounts
from hub.services.typeset import glyphs, logo
from hub.services.typeset.sheet import Sender, Sheet, SignatureField
from hub.services.typeset.wording import words

_ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
_QUIET = "#334155"  # a sender without a colour, or with one that cannot be read on white
_READABLE = 4.5  # WCAG 2.2, against white
_META = ("date", "valid_until", "reference", "customer_number")

Pair = list[str]


def view(template: str, sheet: Sheet) -> dict[str, Any]:
    """The data of one document."""
    said = words(template, sheet.language)
    title = sheet.title or said["title"]
    data = glyphs.fitted(
        {
            "language": sheet.language,
            "title": title,
            "number": sheet.number,
            "name": f"{title} {sheet.number}".strip(),
            "accent": _accent(sheet.sender.accent),
            "sender": _sender(sheet.sender),
            "customer": {"name": sheet.customer_name, "lines": _lines(sheet.customer_address)},
            "delivery": _lines(sheet.delivery_address),
            "meta": list(_meta(sheet, said)),
            "object": [text for text in (sheet.object, sheet.object_number) if text],
            "facts": [[fact.label, fact.value] for fact in sheet.facts],
            "intro": _lines(sheet.intro),
            "notes": _lines(sheet.notes),
            "payment_terms": _lines(sheet.payment_terms),
            "terms": _lines(sheet.terms),
            "signatures": [_signature(one, said) for one in sheet.signatures],
            **_amounts(sheet, said),
        }
    )
    return {**data, "words": said, "logo": logo.svg(sheet.sender.logo)}


def _lines(text: str) -> list[str]:
    """The lines of a text; empty ones between them stay, as they part paragraphs."""
    return [line.strip() for line in text.strip().splitlines()]


def _sender(sender: Sender) -> dict[str, Any]:
    contact = (sender.phone, sender.email, sender.website)
    return {
        "name": sender.name,
        "address": _lines(sender.address),
        "contact": [text for text in contact if text],
        "registration": sender.registration,
    }


def _meta(sheet: Sheet, said: Mapping[str, str]) -> Iterable[Pair]:
    for name in _META:
        value = getattr(sheet, name)
        if value:
            text = value if isinstance(value, str) else _day(value, sheet.language)
            yield [said[name], text]
    contact = [text for text in (sheet.contact_name, sheet.contact_phone) if text]
    if contact:
        yield [said["contact"], "\n".join(contact)]


def _day(value: Any, language: str) -> str:
    return amounts.calendar_date(value, language)


def _signature(field: SignatureField, said: Mapping[str, str]) -> Pair:
    return [said["our_signature" if field.ours else "customer_signature"], field.name]


def _amounts(sheet: Sheet, said: Mapping[str, str]) -> dict[str, Any]:
    """Lines and totals. A document in which nothing costs anything (what was handed in) has no
    amounts at all, one in which nothing is taxed no rates."""
    counted = totals(sheet.lines, sheet.accepted, sheet.currency)
    shown = [
        _line(line, amount, sheet) for line, amount in zip(sheet.lines, counted.lines, strict=True)
    ]
    priced = any(Decimal(str(line["price"])) for line in sheet.lines)
    return {
        "priced": priced,
        "taxed": any(amount.rate for amount in counted.lines),
        "lines": [line for line in shown if not line["optional"]],
        "options": [line for line in shown if line["optional"]],
        "amounts_in": said["amounts_in"].format(currency=sheet.currency),
        "totals": _totals(sheet, counted, said) if priced else None,
    }


def _line(line: Mapping[str, Any], amount: LineAmount, sheet: Sheet) -> dict[str, Any]:
    language, currency = sheet.language, sheet.currency
    quantity = amounts.number(Decimal(str(line["quantity"])), language)
    price = Decimal(str(line["price"]))
    return {
        "text": line["text"],
        "quantity": f"{quantity}\u00a0{line['unit']}" if line["unit"] else quantity,
        "price": amounts.amount(price, currency, language, exact=True),
        "vat": amounts.percent(amount.rate, language),
        "net": amounts.amount(amount.net, currency, language),
        "optional": line["optional"],
        "chosen": amount.counted,
    }


def _totals(sheet: Sheet, counted: Totals, said: Mapping[str, str]) -> dict[str, Any]:
    language, currency = sheet.language, sheet.currency
    rows = []
    if any(one.rate for one in counted.rates):
        rows.append([said["net_total"], amounts.amount(counted.net, currency, language)])
        rows += [_vat(one, sheet, said) for one in counted.rates]
    every = totals(sheet.lines, {line["id"] for line in sheet.lines}, currency)
    left_out = any(not line.counted for line in counted.lines)
    return {
        "counted": any(line.counted for line in counted.lines),
        "rows": rows,
        "total": amounts.money(Money(counted.gross, currency), language),
        "with_options": amounts.money(Money(every.gross, currency), language) if left_out else None,
    }


def _vat(one: VatAmount, sheet: Sheet, said: Mapping[str, str]) -> Pair:
    rate = amounts.percent(one.rate, sheet.language)
    net = amounts.amount(one.net, sheet.currency, sheet.language)
    label = said["vat_of"].format(rate=rate, net=net)
    return [label, amounts.amount(one.vat, sheet.currency, sheet.language)]


def _accent(colour: str) -> str:
    if not _ACCENT.fullmatch(colour):
        return _QUIET
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    light = sum(part * share for part, share in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))
    return colour.lower() if 1.05 / (light + 0.05) >= _READABLE else _QUIET

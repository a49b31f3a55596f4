"""Amounts in a currency, and what the lines of a request come to.

The rounding is that of European invoices (EN 16931): a line's net is rounded to the currency's
digits, the lines of one VAT rate are added up, and the tax is worked out once for each rate and
rounded. Halves go away from zero, so that a discount takes off exactly what its line put on.
Nothing is rounded to coins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from typing import Any

from hub.kernel.errors import Refused, Unfit

# ISO 4217: currencies that have other than two digits.
_OTHER_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS = {code: count for count, codes in _OTHER_DIGITS.items() for code in codes.split()}
# Lines hold amounts below 10^15; a price with thirty decimals is still multiplied exactly.
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)


def digits(currency: str) -> int:
    """How many digits an amount in ``currency`` has after the decimal sign."""
    return _DIGITS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """``amount`` in the digits of ``currency``, halves away from zero, never minus nought."""
    with localcontext(_EXACT):
        return amount.quantize(Decimal(1).scaleb(-digits(currency))) + 0


@dataclass(frozen=True)
class Money:
    """An amount and its currency (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class LineAmount:
    """What one line comes to: ``net`` without tax, ``rate`` its tax in per cent. ``counted`` says
    whether it is in the totals."""

    id: str
    net: Decimal
    rate: Decimal
    counted: bool


@dataclass(frozen=True)
class VatAmount:
    """The tax of one rate: ``rate`` per cent of ``net``, rounded once."""

    rate: Decimal
    net: Decimal
    vat: Decimal


@dataclass(frozen=True)
class Totals:
    """What all lines come to, each one's share, and the tax for each rate, the highest first."""

    currency: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    rates: tuple[VatAmount, ...]
    lines: tuple[LineAmount, ...]

    def data(self) -> dict[str, Any]:
        """As plain data; amounts as text, so that no digit is lost."""
        return {
            "currency": self.currency,
            "net": str(self.net),
            "vat": str(self.vat),
            "gross": str(self.gross),
            "rates": [
                {name: str(value) for name, value in vars(one).items()} for one in self.rates
            ],
        }


def offered(lines: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The ids of the lines that count as long as nobody has touched them."""
    return frozenset(line["id"] for line in lines if line["chosen"] or not line["optional"])


def totals(lines: Iterable[Mapping[str, Any]], accepted: Collection[str], currency: str) -> Totals:
    """The totals of ``lines`` (as ``LinePlan.data()`` has them): required ones always count,
    optional ones when their id is ``accepted``. Raises ``Refused`` for an id that no line has."""
    lines = list(lines)
    unknown = sorted(set(accepted) - {line["id"] for line in lines})
    if unknown:
        raise Refused(f"there is no line '{unknown[0]}'", code="unknown_line")
    with localcontext(_EXACT):
        amounts = tuple(_line(line, accepted, currency) for line in lines)
        sums: dict[Decimal, Decimal] = {}
        for one in amounts:
            if one.counted:
                sums[one.rate] = sums.get(one.rate, Decimal(0)) + one.net
        rates = tuple(
            VatAmount(rate, net, rounded(net * rate / 100, currency))
            for rate, net in sorted(sums.items(), reverse=True)
        )
        net = rounded(sum((one.net for one in rates), Decimal(0)), currency)
        vat = rounded(sum((one.vat for one in rates), Decimal(0)), currency)
        return Totals(currency, net, vat, net + vat, rates, amounts)


def _line(line: Mapping[str, Any], accepted: Collection[str], currency: str) -> LineAmount:
    net = rounded(_amount(line, "quantity") * _amount(line, "price"), currency)
    counted = not line["optional"] or line["id"] in accepted
    return LineAmount(line["id"], net, _plain(_amount(line, "vat")), counted)


def _plain(rate: Decimal) -> Decimal:
    """Without nought at the end: 25.0 per cent is 25, and 1E+1 is 10."""
    return rate.quantize(Decimal(1)) if rate == rate.to_integral_value() else rate.normalize()


def _amount(line: Mapping[str, Any], name: str) -> Decimal:
    try:
        amount = Decimal(str(line[name]))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 15:
        raise Unfit("bad_amount", f"{name} of line '{line['id']}' is no amount")
    return amount

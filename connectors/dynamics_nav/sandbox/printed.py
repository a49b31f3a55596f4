"""A document as the ERP prints it: one plain PDF page, written by hand, since it only has to look
like what it is and no library for it is needed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.dynamics_nav.sandbox.desk import Desk
from connectors.dynamics_nav.sandbox.store import Company, Row

_WORDS = {
    "sv": {"Quote": "Offert", "Order": "Order", "total": "Summa exkl. moms", "gross": "Inkl. moms"},
    "en": {"Quote": "Quote", "Order": "Order", "total": "Total excl. VAT", "gross": "Incl. VAT"},
}
_LINES_ON_A_PAGE = 30
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    b"/Resources << /Font << /F1 5 0 R >> >> >>"
)


def printed(desk: Desk, company: Company, row: Row, language: str) -> bytes:
    """The PDF of a quote or an order."""
    words, shown = _WORDS[language], desk.values(company, row)
    heads = [(22, f"{words[row.values['Document_Type']]} {shown['No']}"), (11, company.name)]
    customer = [shown["Sell_to_Customer_Name"], shown["Sell_to_Address"],
                f"{shown['Sell_to_Post_Code']} {shown['Sell_to_City']}"]  # fmt: skip
    texts = [*heads, (11, ""), *((11, text) for text in customer), (11, "")]
    for line in company.lines_of(row)[:_LINES_ON_A_PAGE]:
        texts.append((10, _line(line.values)))
    currency = shown["Currency_Code"] or "SEK"
    texts += [(11, ""), (12, f"{words['total']}: {amount(shown['Amount'])} {currency}")]
    texts.append((12, f"{words['gross']}: {amount(shown['Amount_Including_VAT'])} {currency}"))
    return _pdf(texts)


def amount(value: Decimal) -> str:
    """``1234.5`` → ``1 234,50``."""
    return f"{value:,.2f}".replace(",", " ").replace(".", ",")


def _line(values: Any) -> str:
    quantity = f"{values['Quantity'].normalize():f} {values['Unit_of_Measure'].lower()}"
    return f"{values['Description']}   {quantity}   {amount(values['Line_Amount'])}"


def _pdf(texts: list[tuple[int, str]]) -> bytes:
    moves, at = [], 780
    for size, text in texts:
        safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        moves.append(f"BT /F1 {size} Tf 60 {at} Td ({safe}) Tj ET")
        at -= round(size * 1.7)
    content = "\n".join(moves).encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, starts = b"%PDF-1.7\n", []
    for number, text_of_object in enumerate(objects, 1):
        starts.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text_of_object)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(objects) + 1
    return (
        body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )  # fmt: skip

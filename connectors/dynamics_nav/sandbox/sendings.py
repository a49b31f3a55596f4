"""What the buttons of a document open: the hub's pages, by kind of document."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

# what can be sent from a quote or an order: kind → what the button calls it
KINDS = {
    "Quote": {
        "offer": "Offert",
        "quick_offer": "Snabboffert",
        "optional_sale": "Tillval",
    },
    "Order": {
        "additional_sale": "Tilläggsförsäljning",
        "order_confirmation": "Orderbekräftelse",
        "optional_sale": "Tillval",
    },
}
_PREFERRED = {"Offer": "offer", "Quick_Offer": "quick_offer"}


def preferred(values: Mapping[str, object]) -> str:
    """The kind that is chosen when the page opens."""
    if values["Document_Type"] == "Order":
        return "additional_sale"
    return _PREFERRED[str(values["Document_Kind"])]


def address(links: Mapping[str, str], word: str, values: Mapping[str, object]) -> str:
    """The hub's page for this document: ``button.<kind>.<table>`` or ``button.<kind>``, ``check``
    or ``cancel``; a hub that told one ``button`` for all gets the kind by ``{kind}``. Empty when it
    told none."""
    number, table = str(values["No"]), str(values["Document_Type"]).lower()
    other = links.get("button", "") if word.startswith("button.") else ""
    base = links.get(f"{word}.{table}") or links.get(word) or other
    base = base.replace("$id", "{id}")
    if base and "{id}" not in base:
        path, mark, query = base.partition("?")
        base = f"{path.rstrip('/')}/{{id}}{mark}{query}"
    kind = word.removeprefix("button.")
    filled = {"{id}": number, "{table}": table, "{kind}": kind}
    for mark, text in filled.items():
        base = base.replace(mark, quote(text, safe=""))
    return base

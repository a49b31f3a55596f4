"""Records as an upstream would send them."""

from __future__ import annotations

from typing import Any


def record(number: int, mobile: str) -> dict[str, Any]:
    """A service case of the size that story D has."""
    return {
        "case_number": f"SC-{number}",
        "status": "Open",
        "customer_name": f"Alice Andersson {number}",
        "customer_mobile": mobile,
        "customer_email": f"alice{number}@example.com",
        "customer_address": "Storgatan 1",
        "customer_postcode": "123 45",
        "customer_city": "Uppsala",
        "customer_language": "English",
        "product": "Washing machine Alfa 200",
        "problem_description": "It does not spin any more.",
    }


RECORD_OF_40: dict[str, Any] = {
    **record(1, "070-174 06 05"),
    "address": {"street": " Storgatan 1 ", "postcode": "12345", "city": "Uppsala", "country": "SE"},
    "lines": [
        {"name": "Motor", "kind": "part", "price": 1200.5, "quantity": 1},
        {"name": "Belt", "kind": "part", "price": 99, "quantity": 2},
        {"name": "Labour", "kind": "work", "price": 650, "quantity": 3},
    ],
    "serial_number": " alfa-200-0017 ",
    "purchase_date": "2025-03-01",
    "price": "4990.00",
    "warranty_months": 24,
    "priority": "high",
    "branch": "Uppsala",
    "technician": "Bob",
    "customer_reference": "PO-1717",
    **{f"extra_{number}": f"value {number}" for number in range(19)},
}

"""Rules for single values of ``paraph.yaml`` that tell their JSON Schema."""

from __future__ import annotations

import ipaddress
import re

from marshmallow import ValidationError

from hub.contracts.json_schema import JsonSchema


class Network:
    """A rule: the text is a network in CIDR form."""

    def __call__(self, text: str) -> None:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            try:
                meant = str(ipaddress.ip_network(text, strict=False))
            except ValueError:
                meant = "10.1.0.0/16 or fd00::/8"
            raise ValidationError(f"'{text}' is no network; write it like {meant}") from None

    def json_schema(self) -> JsonSchema:
        return {"pattern": "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$"}


class Begins:
    """A rule: the address begins with one of these."""

    def __init__(self, *schemes: str) -> None:
        self._schemes = schemes

    def __call__(self, value: str) -> None:
        if not value.startswith(self._schemes):
            *more, last = self._schemes
            raise ValidationError(f"begin it with {', '.join(more)} or {last}")

    def json_schema(self) -> JsonSchema:
        return {"pattern": f"^({'|'.join(re.escape(scheme) for scheme in self._schemes)})"}

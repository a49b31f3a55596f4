"""The grammar of ``request.options``: what whoever sends may choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, post_load

from hub.contracts.json_schema import JsonSchema
from hub.mapping.grammar import Flag, Strict
from hub.mapping.send_options import OptionsRule

# A choice of contacts needs some to choose from.
CHOICE_NEEDS_CONTACTS: JsonSchema = {
    "if": {
        "properties": {
            "options": {"properties": {"recipient": {"const": True}}, "required": ["recipient"]}
        },
        "required": ["options"],
    },
    "then": {"properties": {"share": {"required": ["contacts"]}}, "required": ["share"]},
}


def lacks_contacts(request: Mapping[str, Any]) -> bool:
    """Whether a recipient may be chosen of contacts that nobody names."""
    options, share = request.get("options"), request.get("share")
    wanted = isinstance(options, Mapping) and options.get("recipient") is True
    return wanted and not (isinstance(share, Mapping) and "contacts" in share)


class SignatureOption(Strict):
    """``request.options.signature``."""

    default = Flag(
        load_default=True,
        metadata={"help": "Whether a signature is asked for unless somebody chooses otherwise."},
    )


class OptionsSchema(Strict):
    """``request.options``."""

    signature = fields.Nested(
        SignatureOption,
        load_default=None,
        metadata={
            "help": "Whoever sends may leave the signature out: the customer then accepts with one "
            "click. Else it is always asked for."
        },
    )
    recipient = Flag(
        load_default=False,
        metadata={"help": "Another one of share.contacts may be chosen. Else nobody else."},
    )
    message = Flag(
        load_default=False,
        metadata={"help": "A few words of one's own may stand in the e-mail. Else none."},
    )

    @post_load
    def _build(self, data: Mapping[str, Any], **_: Any) -> OptionsRule:
        asked = data["signature"]
        return OptionsRule(
            signature=asked["default"] if asked is not None else None,
            recipient=data["recipient"],
            message=data["message"],
        )

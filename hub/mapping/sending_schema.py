"""The grammar of steps that send something: ``email`` and ``webhook``."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields

from hub.contracts.json_schema import JsonSchema, Walk, any_of, pattern
from hub.mapping.forms import EMAIL_PATTERN
from hub.mapping.good_rows import Inside
from hub.mapping.grammar import NOT_EMPTY, Strict, Word, up_to
from hub.mapping.people import Unfit
from hub.mapping.request_schema import rows_of
from hub.mapping.row_schema import CONTEXT, ContextValue, StepRow
from hub.mapping.rows import Source
from hub.mapping.sendings import AIM_OF, ASSIGNED, EMAIL, WEBHOOK
from hub.mapping.steps import FILES
from hub.mapping.value_fields import TitleField

LONGEST_SECRET = 40  # its name is a part of a destination's
# What is sent → how a fixed aim looks, and the end of the sentence about one that does not.
_SHAPES = {
    EMAIL: (
        f"{ASSIGNED}|{EMAIL_PATTERN}",
        "is no e-mail address; write one, assigned, or a block with from",
    ),
    WEBHOOK: (
        r"https?://[^\s@/?#]+([/?#]\S*)?",
        "is no address; begin it with https://, or write a block with from",
    ),
}
_BLOCK = Inside(ContextValue)


class AimField(fields.Field[Source]):
    """Where something is sent: a fixed address, or a value block; of an e-mail also ``assigned``,
    the user whom ``request.notify`` names."""

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(**options)
        self._kind = kind

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Source:
        if not isinstance(value, str):
            loaded: Source = _BLOCK.deserialize(value)
            return loaded
        if self._kind == EMAIL and value == ASSIGNED:
            found: Source = _BLOCK.deserialize({"from": f"{ASSIGNED}.email"})
            return found
        shape, said = _SHAPES[self._kind]
        try:
            if not re.fullmatch(shape, value):
                raise ValidationError(f"'{value}' {said}")
            return Source(value=AIM_OF[self._kind](value))
        except Unfit as fault:
            raise ValidationError(f"'{value}' {fault}; correct it") from None

    def json_schema(self, walk: Walk) -> JsonSchema:
        shape, said = _SHAPES[self._kind]
        return any_of(pattern(f"^({shape})$", said), walk.block(ContextValue()))


class EmailSchema(Strict):
    """``email``: to somebody who need not be of the request."""

    to = AimField(
        EMAIL,
        required=True,
        metadata={
            "help": "Whom: an address, `assigned` (the user of request.notify), or where it stands."
        },
    )
    subject = TitleField(
        CONTEXT,
        required=True,
        metadata={"help": "Its subject: a text, or one for each language."},
    )
    text = TitleField(
        CONTEXT,
        required=True,
        metadata={
            "help": "What it says: a text, one for each language, or the key of a workspace's one."
        },
    )
    attach = Word(
        FILES, "attachment", metadata={"help": "What goes along of a request that is completed."}
    )


class WebhookSchema(Strict):
    """``webhook``: rows as JSON to a web address."""

    url = AimField(
        WEBHOOK,
        required=True,
        metadata={"help": "The address that is called, or where it stands, e.g. {from: values.x}."},
    )
    secret = Word(
        required=True,
        validate=up_to(LONGEST_SECRET),
        metadata={"help": "Which of the workspace's webhook_secrets signs it."},
    )
    rows = rows_of(
        StepRow,
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "What the body holds, and where each value comes from."},
    )

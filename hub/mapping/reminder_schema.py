"""The grammar of ``request.reminders``."""

from __future__ import annotations

from marshmallow import fields, validate

from hub.mapping.good_rows import Leaf
from hub.mapping.grammar import Duration, Quiet, Word

MAX_REMINDERS = 3  # requirement D8
_CEILING = "{input} reminders are not allowed; write {min} to {max}"


class ReminderSchema(Leaf):
    """``reminders``: when the customer is asked again."""

    after = Duration(
        required=True,
        metadata={"help": "How long after the invitation the first reminder is due, e.g. 24h."},
    )
    every = Duration(
        metadata={"help": "How long between two reminders, e.g. 24h. Without it as `after`."}
    )
    limit = fields.Integer(
        strict=True,
        load_default=MAX_REMINDERS,
        validate=validate.Range(0, MAX_REMINDERS, error=_CEILING),
        metadata={"help": f"How many reminders at most: 0 to {MAX_REMINDERS}."},
    )
    quiet = Quiet(
        load_default=None,
        metadata={
            "help": 'Hours in which nothing is sent, e.g. "21:00-08:00"; may pass midnight. They '
            "are the workspace's own."
        },
    )
    channel = Word(
        load_default=None,
        metadata={"help": "The channel instance for reminders. Without it as for the invitation."},
    )

"""Settings of signatures that are drawn or typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.settings import setting
from providers.native_canvas.words import WORDS


@dataclass(frozen=True, kw_only=True)
class NativeCanvasSettings:
    """How a customer may sign, what counts as a drawing, own words."""

    typed: bool = setting(
        fields.Boolean(),
        title="Typed names",
        help="Whether a typed name may stand for a drawn signature. It is also the only way for "
        "customers who cannot draw or whose browser runs no scripts.",
        default=True,
    )
    least_ink: float = setting(
        fields.Float(validate=validate.Range(0.05, 3)),
        title="Least ink",
        help="How long the drawn lines must be together, as a part of the canvas's width.",
        default=0.2,
    )
    words: Mapping[str, Mapping[str, str]] = setting(
        fields.Dict(
            keys=fields.String(validate=validate.OneOf(sorted(WORDS))),
            values=fields.Dict(
                keys=fields.String(validate=validate.Regexp(r"^[a-z]{2}$")),
                values=fields.String(validate=validate.Length(min=1, max=300)),
            ),
        ),
        title="Own words",
        help="Sentences instead of the built-in ones: code → language → text. The codes are in the "
        "plugin's README.",
        default={},
    )

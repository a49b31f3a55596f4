"""A workspace's accent colour, bent until it can be read, or left out; for pages and e-mails.

Contrast as WCAG 2.2 defines it. Each mode (light, dark) gets a version of the accent that reaches
4.5:1 on that mode's surfaces; a colour that would have to change beyond recognition is not used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

READABLE = 4.5
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
# The darkest light surface and the lightest dark surface of tokens.css that the accent stands on.
_LIGHT_SURFACE = (0xF1, 0xEF, 0xEA)
_DARK_SURFACE = (0x26, 0x2A, 0x33)
_WHITE = (255, 255, 255)
_INK = (0x12, 0x15, 0x1B)
_STEP = 0.05
_MOST = 0.5  # more than this and it is another colour

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Theme:
    """Accent and the text on it, for one mode, as ``#rrggbb``."""

    accent: str
    on_accent: str


def accent_hex(text: str | None) -> str | None:
    """The six hex digits of a colour as a workspace writes it; None when it is not one."""
    match = _HEX.fullmatch((text or "").strip())
    return match.group(1).lower() if match else None


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def light_theme(digits: str) -> Theme | None:
    """The accent for light mode, darkened as far as needed."""
    return _theme(_rgb(digits), _LIGHT_SURFACE, _INK)


def dark_theme(digits: str) -> Theme | None:
    """The accent for dark mode, lightened as far as needed."""
    return _theme(_rgb(digits), _DARK_SURFACE, _WHITE)


def _theme(colour: Rgb, surface: Rgb, towards: Rgb) -> Theme | None:
    steps = round(_MOST / _STEP)
    for step in range(steps + 1):
        mixed = _mix(colour, towards, step * _STEP)
        if contrast(mixed, surface) >= READABLE:
            on = max((_WHITE, _INK), key=lambda text: contrast(mixed, text))
            return Theme(_hex(mixed), _hex(on))
    return None


def _mix(colour: Rgb, towards: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, towards, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _rgb(digits: str) -> Rgb:
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)

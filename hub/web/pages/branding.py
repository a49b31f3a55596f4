"""The style sheet that lays a workspace's accent over the pages' tokens."""

from __future__ import annotations

from hub.services.accents import Theme, dark_theme, light_theme


def stylesheet(digits: str) -> str:
    """CSS that lays the accent over the tokens; empty for the modes where it cannot be read."""
    rules = []
    if light := light_theme(digits):
        rules.append(f":root{{{_declarations(light)}}}")
    if dark := dark_theme(digits):
        rules.append(f"@media (prefers-color-scheme:dark){{:root{{{_declarations(dark)}}}}}")
    elif light:
        # The light rule would win over the tokens' dark one: give the dark default back.
        rules.append(
            "@media (prefers-color-scheme:dark){:root{--accent:var(--accent-default);"
            "--on-accent:var(--on-accent-default)}}"
        )
    return "\n".join(rules)


def _declarations(theme: Theme) -> str:
    return f"--accent:{theme.accent};--on-accent:{theme.on_accent}"

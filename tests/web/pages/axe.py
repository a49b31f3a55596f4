"""axe-core on a page that a browser shows: WCAG 2.2, A and AA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE = Path(__file__).parents[3] / "hub/web/frontend/node_modules/axe-core/axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"


def findings(page: Any) -> list[str]:
    """What axe-core has against the page: rule and element."""
    page.evaluate(AXE.read_text())
    result = page.evaluate(_RUN, _TAGS)
    return [
        f"{found['id']}: {node['target']}"
        for found in result["violations"]
        for node in found["nodes"]
    ]

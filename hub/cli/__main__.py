"""``python -m hub.cli``: the same as ``paraph``."""

from __future__ import annotations

from hub.cli import main

main()

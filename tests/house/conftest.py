"""The samples are put into a copy of the tree and tested there; here they are only text."""

from __future__ import annotations

collect_ignore = ["samples"]

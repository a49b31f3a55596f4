"""Kinds of deliveries that come of papers, named apart from the work itself: whoever only lists or
filters deliveries loads none of its libraries."""

from __future__ import annotations

PREPARE = "prepare"  # documents and attachments are fetched and made
EVIDENCE = "evidence"  # the proof is made and sealed
NOTICE = "notice"  # codes, receipts, remarks, news

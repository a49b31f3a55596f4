"""Kinds of deliveries that are named apart from the work itself: whoever only lists or filters
deliveries loads none of its libraries."""

from __future__ import annotations

PREPARE = "prepare"  # documents and attachments are fetched and made
EVIDENCE = "evidence"  # the proof is made and sealed
NOTICE = "notice"  # codes, receipts, remarks, news, mails to operations
RECORD_NOTE = "record_note"  # a note that no mapping asks for

"""Kinds of deliveries that are named apart from the work itself: whoever only lists or filters
deliveries loads none of its libraries."""

from __future__ import annotations

PREPARE = "prepare"  # documents and attachments are fetched and made
EVIDENCE = "evidence"  # the proof is made and sealed
NOTICE = "notice"  # codes, receipts, remarks, news, mails to operations
RECORD_NOTE = "record_note"  # a note that no mapping asks for
PLACE = "place"  # the next step of an agreement at a hosted provider
SURVEY = "survey"  # how it stands there is read
SAY = "say"  # a remark is written there
WITHDRAW = "withdraw"  # it is taken back there
COLLECT = "collect"  # the signed file and the provider's proof are fetched
HOSTED = (PLACE, SURVEY, SAY, WITHDRAW, COLLECT)

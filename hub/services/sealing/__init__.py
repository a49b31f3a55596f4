"""Seals PDFs and checks sealed ones; see the README for settings, levels and faults."""

from __future__ import annotations

from hub.services.sealing.checking import check_pdf
from hub.services.sealing.failures import KeyUnusable, NoTimeStamp
from hub.services.sealing.sealer import Sealed, Sealer, SealReport
from hub.services.sealing.trust import Trust
from hub.services.sealing.verdict import PdfVerdict

__all__ = [
    "KeyUnusable",
    "NoTimeStamp",
    "PdfVerdict",
    "SealReport",
    "Sealed",
    "Sealer",
    "Trust",
    "check_pdf",
]

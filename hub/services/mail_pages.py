"""The e-mail that brings a document as HTML (A6): the workspace's own text with a button in the
place of its link, and a picture of the first page. The plain text goes along for whoever reads it.

The picture is named (``cid:page``) and added when the mail leaves; see ``handing_over``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.services.mail_words import BUTTON, OTHERWISE, PICTURE, in_language
from hub.storage.models import Document, DocumentPage, Request

PAGE = "page"  # the picture's name inside the mail
SHOWN_WIDTH = 280
_DRAWN_WIDTH = 2 * SHOWN_WIDTH  # phones have two pixels for one
_COLOURS = 32
_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_MAIL = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>
@media (prefers-color-scheme: dark) {{
  .around {{ background: #14181b !important; }}
  .sheet {{ background: #1f2529 !important; color: #eef2f4 !important; }}
  .quiet {{ color: #b9c4ca !important; }}
  .quiet a {{ color: #9ecbe8 !important; }}
}}
</style>
</head>
<body class="around" style="margin:0;background:#f3f5f6">
<table role="presentation" class="around" width="100%" cellpadding="0" cellspacing="0" \
style="background:#f3f5f6"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="sheet" width="100%" cellpadding="0" cellspacing="0" \
style="max-width:560px;background:#ffffff;color:#1b2327;border-radius:12px;{font};font-size:17px;\
line-height:1.5"><tr><td style="padding:28px 28px 20px">
<p style="margin:0 0 20px;font-weight:700">{sender}</p>
{body}
<p class="quiet" style="margin:24px 0 0;font-size:14px;color:#55626a;word-break:break-all">\
{otherwise}<br><a href="{link}" style="color:#155a8a">{link}</a></p>
</td></tr></table>
</td></tr></table>
</body>
</html>
"""
_PARAGRAPH = '<p style="margin:0 0 16px">{text}</p>'
_BUTTON = """\
<table role="presentation" cellpadding="0" cellspacing="0" style="margin:8px 0 20px"><tr>\
<td style="border-radius:10px;background:#146c43"><a href="{link}" style="display:inline-block;\
padding:14px 28px;color:#ffffff;font-weight:700;text-decoration:none;border-radius:10px;\
background:#146c43">{label}</a></td></tr></table>"""
_PICTURE = """\
<p style="margin:0 0 20px"><a href="{link}"><img src="cid:{name}" width="{width}" alt="{alt}" \
style="display:block;width:{width}px;max-width:100%;height:auto;border:1px solid #cfd6da;\
border-radius:6px"></a></p>"""


def as_html(
    text: str, subject: str, values: Mapping[str, Any], *, language: str, picture: bool
) -> str:
    """``text`` as HTML. ``values`` are what it was made of: ``link``, ``sender``, and the
    ``title`` of what the picture shows the first page of."""
    link = str(values["link"])
    button = _BUTTON.format(link=escape(link), label=escape(in_language(BUTTON, language)))
    if picture:
        alt = in_language(PICTURE, language).format(title=values["title"])
        button += "\n" + _PICTURE.format(
            link=escape(link), name=PAGE, width=SHOWN_WIDTH, alt=escape(alt)
        )
    pieces = [piece.strip() for piece in re.split(r"\n[ \t]*\n", text) if piece.strip()]
    parts = [button if piece == link else _paragraph(piece, link) for piece in pieces]
    if link not in pieces:  # it stands inside a sentence
        parts.append(button)
    return _MAIL.format(
        language=escape(language),
        subject=escape(subject),
        sender=escape(str(values["sender"])),
        body="\n".join(parts),
        otherwise=escape(in_language(OTHERWISE, language)),
        link=escape(link),
        font=_FONT,
    )


def first_page(session: Session, request: Request) -> str | None:
    """The hash of the image of the first page that is shown."""
    return session.scalar(
        select(DocumentPage.sha256)
        .join(Document, Document.id == DocumentPage.document_id)
        .where(Document.request_id == request.id, Document.current.is_(True))
        .order_by(Document.position, DocumentPage.number)
        .limit(1)
    )


def small(image: bytes) -> bytes:
    """A page's image for a mail: narrow, in few colours, the same bytes for the same image."""
    from PIL import Image  # only where a mail with a document leaves

    with Image.open(BytesIO(image)) as page:
        height = max(1, round(page.height * _DRAWN_WIDTH / page.width))
        drawn = page.convert("RGB").resize((_DRAWN_WIDTH, height), Image.Resampling.LANCZOS)
    made = BytesIO()
    drawn.quantize(_COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()


def _paragraph(text: str, link: str) -> str:
    address = escape(link)
    linked = escape(text).replace(address, f'<a href="{address}">{address}</a>')
    return _PARAGRAPH.format(text=linked.replace("\n", "<br>\n"))

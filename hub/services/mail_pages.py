"""E-mails that carry a link as HTML (A6, E1): the text with a green button in the place of its
link, a line and links in the workspace's colour, and where there is a document a picture of its
first page. The plain text goes along for whoever reads it.

Pictures are named (``cid:page``) and added when the mail leaves; see ``handing_over``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.services import mail_logo
from hub.services.accents import Theme, accent_hex, dark_theme, light_theme
from hub.services.mail_words import BUTTONS, OPEN_RECORD, OTHERWISE, PICTURE, in_language
from hub.services.news_words import CHOOSE
from hub.settings import WorkspaceSettings
from hub.storage.models import Document, DocumentPage, Request

PAGE = "page"  # the picture's name inside the mail
SHOWN_WIDTH = 280
GREEN, LIGHT_GREEN = Theme("#146c43", "#ffffff"), Theme("#86dba8", "#12151b")
_DRAWN_WIDTH = 2 * SHOWN_WIDTH  # phones have two pixels for one
_COLOURS = 32


@dataclass(frozen=True)
class Part:
    """What a mail tells of one request among several: ``lines`` in their order, and where to read
    on, with the words of that link."""

    lines: tuple[str, ...]
    link: str
    label: str


def written(
    workspace: WorkspaceSettings,
    text: str,
    subject: str,
    link: str,
    *,
    about: str,
    language: str,
    title: str = "",
    page: str | None = None,
    choose: str = "",
) -> dict[str, Any]:
    """What a message keeps of its HTML: itself, and which pictures go along. ``about`` is what the
    mail is for, ``page`` the hash of the image of the first page of ``title``, ``choose`` where its
    reader chooses what to be told."""
    html = as_html(
        workspace, text, subject, link, about=about, language=language, shows=page and title,
        choose=choose,
    )  # fmt: skip
    return {"html": html, **mail_logo.named(workspace.logo), **({PAGE: page} if page else {})}


def as_html(
    workspace: WorkspaceSettings,
    text: str,
    subject: str,
    link: str,
    *,
    about: str,
    language: str,
    shows: str | None = None,
    choose: str = "",
) -> str:
    """``text`` as HTML, its ``link`` as a button. ``shows`` is the title of what a picture shows
    the first page of, where there is one."""
    page = _template().render(
        **_around(workspace, subject, language, choose),
        paragraphs=list(_paragraphs(text, link)),
        parts=(),
        link=link,
        button=in_language(BUTTONS.get(about, OPEN_RECORD), language),
        otherwise=in_language(OTHERWISE, language),
        picture="" if shows is None else PAGE,
        alt=in_language(PICTURE, language).format(title=shows),
    )
    return str(_inliner().inline(page))


def collected(
    workspace: WorkspaceSettings,
    subject: str,
    words: tuple[str, str],
    parts: Sequence[Part],
    *,
    language: str,
    choose: str,
) -> dict[str, Any]:
    """What a mail keeps of its HTML that tells several things. ``words`` stand above and below
    them."""
    page = _template().render(
        **_around(workspace, subject, language, choose),
        paragraphs=[[[words[0]]]],
        parts=parts,
        last=words[1].split("\n"),
        link="",
    )
    return {"html": str(_inliner().inline(page)), **mail_logo.named(workspace.logo)}


def _around(
    workspace: WorkspaceSettings, subject: str, language: str, choose: str
) -> dict[str, Any]:
    """What every mail has: who writes, in which colours, and how to be told something else."""
    digits = accent_hex(workspace.accent)
    return {
        "language": language,
        "subject": subject,
        "sender": workspace.name,
        "width": SHOWN_WIDTH,
        "logo": mail_logo.LOGO if mail_logo.logo_file(workspace.logo) else "",
        "phone": workspace.phone,
        "website": workspace.website,
        "green": GREEN,
        "light_green": LIGHT_GREEN,
        "light": (light_theme(digits) if digits else None) or GREEN,
        "dark": (dark_theme(digits) if digits else None) or LIGHT_GREEN,
        "choose": choose,
        "choosing": in_language(CHOOSE, language),
    }


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


def _paragraphs(text: str, link: str) -> Iterator[list[list[str]] | None]:
    """Paragraphs of lines of pieces; None where the button stands: in place of the link, or at the
    end where that stands inside a sentence."""
    pieces = [piece.strip() for piece in re.split(r"\n[ \t]*\n", text) if piece.strip()]
    for piece in pieces:
        around = re.compile(f"({re.escape(link)})")
        yield None if piece == link else [around.split(line) for line in piece.split("\n")]
    if link not in pieces:
        yield None


@cache
def _template() -> Template:
    folder = Path(__file__).parent / "templates"
    made = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    return made.get_template("mail.html")


@cache
def _inliner() -> Any:
    """Mail programs that drop style sheets keep what stands at each element; the sheet for dark
    mailboxes says itself that it stays."""
    import css_inline  # only where such a mail is written

    return css_inline.CSSInliner(load_remote_stylesheets=False)

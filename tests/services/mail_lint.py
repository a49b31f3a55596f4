"""What is wrong with the HTML of a mail: against HTML itself, by a parser that forgives nothing,
and against what mail programs can show."""

from __future__ import annotations

import re
from collections.abc import Iterator

import html5lib
from lxml import etree, html

LARGEST = 100_000  # bytes; Gmail cuts what is longer
# What the doctype's own attributes for tables say, which Outlook needs; CSS says the same.
_ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "p", "a", "br",
    "img", "span",
}  # fmt: skip
_OUTSIDE = re.compile(r"url\(|@import|<script|javascript:|expression\(", re.IGNORECASE)


def faults(page: str) -> list[str]:
    """Every fault, in words."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(page)
    found = [f"line {at[0]}: {code} {about}" for at, code, about in parser.errors]
    return [*found, *_of_mails(page)]


def _of_mails(page: str) -> Iterator[str]:
    tree = html.document_fromstring(page)
    if len(page.encode()) > LARGEST:
        yield "is longer than Gmail shows"
    if match := _OUTSIDE.search(page):
        yield f"reaches outside: {match.group()}"
    if not page.lower().startswith("<!doctype html>"):
        yield "has no doctype"
    if not tree.get("lang"):
        yield "names no language"
    if len(tree.xpath("//title")) != 1 or not tree.findtext(".//title"):
        yield "has no title"
    if page.encode().find(b"<meta charset") not in range(1024):
        yield "names its character set too late"
    for node in tree.iter(etree.Element):
        yield from _of_one(node)


def _of_one(node: html.HtmlElement) -> Iterator[str]:
    tag = node.tag
    if tag not in _ELEMENTS:
        yield f"<{tag}> is shown by some programs only"
    if tag == "table" and node.get("role") != "presentation":
        yield "a table for layout is read out as one"
    if tag == "img" and not (node.get("alt") and str(node.get("src")).startswith("cid:")):
        yield "a picture has no words, or is fetched"
    if tag == "a" and not (node.text_content().strip() or node.xpath("./img")):
        yield "a link has nothing to press"
    if tag == "a" and not re.match(r"https?://", node.get("href") or ""):
        yield f"a link leads to {node.get('href')!r}"
    if (
        tag in ("p", "a", "td", "body")
        and tag != "td"
        and not (node.get("style") or node.xpath("./img"))
    ):
        yield f"<{tag}> has no style of its own"
    if node.get("id"):
        yield "an id may stand twice in a conversation"

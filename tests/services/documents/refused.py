"""What may not be signed, by what it is: the code that refuses it, and the file."""

from __future__ import annotations

from tests.services.documents.made import (
    ACTION,
    ANNOTATION,
    deep,
    encrypted,
    link,
    offer,
    pdf,
    picture,
    raw_pdf,
    signed,
    stream,
)

SCRIPT = ACTION % (b"JavaScript", b"/JS (app.alert\\(1\\))")
LAUNCH = ACTION % (b"Launch", b"/F (calc.exe)")
WIDGET = ANNOTATION % (b"Widget", b"/FT /Tx /T (price) /V (100)")
FILE = b"<< /Type /Filespec /F (a.txt) /EF << /F 6 0 R >> >>"
NAMED = b"/Names << /EmbeddedFiles << /Names [(a.txt) 5 0 R] >> >>"

REFUSED = {
    "an image that is called PDF": ("not_pdf", picture("JPEG")),
    "nothing": ("not_pdf", b""),
    "a web page": ("not_pdf", b"<html>sign in first</html>"),
    "a mere head": ("broken", b"%PDF-1.7\n"),
    "the first half": ("broken", offer()[: len(offer()) // 2]),
    "noise after the head": ("broken", b"%PDF-1.7\n" + bytes(range(256)) * 40),
    "no pages": ("no_pages", pdf(count=0)),
    "300 pages": ("too_many_pages", pdf(count=300)),
    "a password": ("encrypted", encrypted("alice's")),
    "permissions": ("encrypted", encrypted()),
    "signed": ("signed", signed()),
    "certified": ("signed", pdf(b"<< /Type /Sig >>", catalogue=b"/Perms << /DocMDP 5 0 R >>")),
    "a script at opening": ("scripted", pdf(SCRIPT, catalogue=b"/OpenAction 5 0 R")),
    "a script with a name": (
        "scripted",
        pdf(SCRIPT, catalogue=b"/Names << /JavaScript << /Names [(a) 5 0 R] >> >>"),
    ),
    "a script of a page": ("scripted", pdf(SCRIPT, page=b"/AA << /O 5 0 R >>")),
    "a script behind a link": (
        "scripted",
        pdf(SCRIPT, ANNOTATION % (b"Link", b"/A 5 0 R"), page=b"/Annots [6 0 R]"),
    ),
    "a script after a link": (
        "scripted",
        pdf(
            SCRIPT,
            ANNOTATION % (b"Link", b"/A << /S /URI /URI (http://a) /Next [5 0 R] >>"),
            page=b"/Annots [6 0 R]",
        ),
    ),
    "a script whose kind stands elsewhere": (
        "scripted",
        pdf(b"/Launch", b"<< /S 5 0 R >>", catalogue=b"/OpenAction 6 0 R"),
    ),
    "a script in disguise": (
        "scripted",
        pdf(b"<< /S /Java#53cript /J#53 (app.alert) >>", catalogue=b"/OpenAction 5 0 R"),
    ),
    "a form that stands elsewhere": (
        "form",
        pdf(
            b"<< /FT /Tx /T (price) >>",
            b"[5 0 R]",
            b"<< /Fields 6 0 R >>",
            catalogue=b"/AcroForm 7 0 R",
        ),
    ),
    "a film whose kind stands elsewhere": (
        "scripted",
        pdf(b"/RichMedia", b"<< /Subtype 5 0 R /Rect [0 0 9 9] >>", page=b"/Annots [6 0 R]"),
    ),
    "an address at opening": (
        "scripted",
        pdf(ACTION % (b"URI", b"/URI (http://a)"), catalogue=b"/OpenAction 5 0 R"),
    ),
    "a field that no form lists": ("form", pdf(WIDGET, page=b"/Annots [5 0 R]")),
    "a script of a field's parent": (
        "scripted",
        pdf(
            SCRIPT,
            b"<< /AA << /K 5 0 R >> >>",
            ANNOTATION % (b"Widget", b"/Parent 6 0 R"),
            page=b"/Annots [7 0 R]",
        ),
    ),
    "something before the head": ("broken", b"From: alice\n\n" + pdf()),
    "a program": ("scripted", pdf(LAUNCH, catalogue=b"/OpenAction 5 0 R")),
    "a sender of forms": (
        "scripted",
        pdf(ACTION % (b"SubmitForm", b"/F (http://a)"), page=b"/AA << /C 5 0 R >>"),
    ),
    "a film": ("scripted", pdf(ANNOTATION % (b"RichMedia", b""), page=b"/Annots [5 0 R]")),
    "XFA": (
        "scripted",
        pdf(stream(b"<xdp/>"), catalogue=b"/AcroForm << /Fields [] /XFA 5 0 R >>"),
    ),
    "a file inside": (
        "embedded_files",
        pdf(FILE, stream(b"other terms", b"/Type /EmbeddedFile"), catalogue=NAMED),
    ),
    "a file on a page": (
        "embedded_files",
        pdf(ANNOTATION % (b"FileAttachment", b""), page=b"/Annots [5 0 R]"),
    ),
    "a field": (
        "form",
        pdf(WIDGET, catalogue=b"/AcroForm << /Fields [5 0 R] >>", page=b"/Annots [5 0 R]"),
    ),
    "an empty place for a signature": (
        "form",
        pdf(
            ANNOTATION % (b"Widget", b"/FT /Sig /T (s)"),
            catalogue=b"/AcroForm << /Fields [5 0 R] >>",
        ),
    ),
    "a link that is a script": ("scripted", link(b"javascript:app.alert\\(1\\)")),
    "a link to a file": ("scripted", link(b"FILE:///etc/passwd")),
    "a link to a program beside it": ("scripted", link(b"setup.exe")),
    "a tree of pages deeper than any real one": ("broken", deep(51)),
    "no box": (
        "page_size",
        raw_pdf(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R >>",
        ),
    ),
    "a box that one reader takes for a letter": (
        "page_size",
        pdf(box=b"0 0 99999999999999999999 99999999999999999999"),
    ),
    "a page of 600 km in a large unit": ("page_size", pdf(page=b"/UserUnit 10000")),
    "too many objects for a page": (
        "too_heavy",
        pdf(b"<< /X [%s] >>" % (b"[] " * 200_000), page=b"/Resources 5 0 R"),
    ),
    "a tiny page": ("page_size", pdf(box=b"0 0 10 10")),
    "an endless page": ("page_size", pdf(box=b"0 0 99999 99999")),
    "a ribbon": ("page_size", pdf(box=b"0 0 50 5000")),
}

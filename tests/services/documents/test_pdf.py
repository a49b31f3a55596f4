"""What may be signed is shown page by page; everything else is refused with a reason."""

from __future__ import annotations

import io

import pypdfium2
import pytest
import typst
from PIL import Image

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Unfit
from hub.services.documents.inspection import Inspector, limits_of
from hub.services.documents.pictures import page_image
from hub.services.documents.refusals import REFUSALS, refusal
from hub.services.documents.shapes import Limits
from hub.services.evidence.joining import joined
from hub.settings import DocumentSettings
from tests.services.documents import made
from tests.services.documents.refused import REFUSED
from tests.services.evidence import cases

GOOD = {
    "plain": made.pdf(),
    "by typst": made.offer(1),
    "for the archive": bytes(typst.compile(b"= Offer", pdf_standards="a-3b", timestamp=0)),
    "a form without fields": made.pdf(catalogue=b"/AcroForm << /Fields [] >>"),
    "a link to a page of the web": made.link(b"https://alice.example"),
    "a link to a page, as people write it": made.link(b"www.alice.example"),
    "a link to a mailbox": made.link(b"MAILTO:alice@alice.example"),
    "a link to a telephone": made.link(b"tel:+46701234567"),
    "a link that leads nowhere": made.link(b""),
    "a deep tree of pages": made.deep(50),
    "a page in a unit of its own": made.pdf(page=b"/UserUnit 2", box=b"0 0 298 421"),
    "a hidden layer": made.layered(b"/OFF [5 0 R]"),
    "a layer in sight": made.layered(b""),
    "layers that are hidden at first": made.layered(b"/BaseState /OFF"),
    "a layer for paper only": made.layered(
        b"/AS [<< /Event /View /OCGs [5 0 R] /Category [/View] >>]",
        b"/Usage << /View << /ViewState /OFF >> /Print << /PrintState /ON >> >>",
    ),
    "a hidden remark": made.pdf(
        made.ANNOTATION % (b"FreeText", b"/F 2 /Contents (x)"), page=b"/Annots [5 0 R]"
    ),
    "opening at a page": made.pdf(catalogue=b"/OpenAction [6 0 R /Fit]"),
    "a reference to nothing": made.pdf(catalogue=b"/PageLabels 99 0 R"),
    "bytes after the end": made.pdf() + b"\n\n\x00",
}


def opened(page):
    return Image.open(io.BytesIO(page.content))


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_be_signed_is_refused(inspector, name):
    code, content = REFUSED[name]
    with pytest.raises(Unfit) as caught:
        inspector.inspect_pdf(content)
    assert caught.value.code == code
    assert "?" not in refusal(caught.value)


@pytest.mark.parametrize("name", GOOD)
def test_what_may_be_signed_is_shown(inspector, name):
    found = inspector.inspect_pdf(GOOD[name])
    assert found.sha256 == sha256_hex(GOOD[name])
    assert [page.number for page in found.pages] == [1]


def looks(pdf, count):
    with pypdfium2.PdfDocument(pdf) as document:
        return [document[at].render(scale=1).to_pil().tobytes() for at in range(count)]


@pytest.mark.parametrize("name", GOOD)
def test_what_may_be_signed_can_be_sealed_and_looks_the_same(name):
    files = {"manifest.json": b"{}", "shown.json": b"{}", "events.json": b"{}"}
    sealed = joined([GOOD[name]], cases.offer_pdf(2), files, "Offer", "en")
    assert looks(sealed, 1) == looks(GOOD[name], 1)


def test_a_page_is_drawn_in_its_own_unit(inspector):
    (plain,) = inspector.inspect_pdf(made.pdf(box=b"0 0 596 842", content=b"")).pages
    large = made.pdf(page=b"/UserUnit 2", box=b"0 0 298 421", content=b"")
    assert inspector.inspect_pdf(large).pages == (plain,)


def test_each_page_is_a_small_webp_with_its_hash_and_measures(inspector):
    found = inspector.inspect_pdf(made.offer())
    assert [page.number for page in found.pages] == [1, 2, 3]
    for page in found.pages:
        image = opened(page)
        assert (
            (image.format, image.size)
            == ("WEBP", (1240, 1754))
            == ("WEBP", (page.width, page.height))
        )
        assert page.sha256 == sha256_hex(page.content)
        assert len(page.content) <= 60_000


def test_the_same_file_gives_the_same_pages_in_another_process(inspector):
    other = Inspector()
    try:
        assert other.inspect_pdf(made.offer()) == inspector.inspect_pdf(made.offer())
    finally:
        other.close()


def test_colours_of_areas_stay_what_they_are(inspector):
    (page,) = inspector.inspect_pdf(made.offer(1)).pages
    colours = sorted(opened(page).convert("RGB").getcolors(), reverse=True)
    assert [colour for _, colour in colours[:2]] == [(255, 255, 255), (0xEE, 0xF5, 0xF2)]


def test_a_page_with_a_photograph_is_kept_as_one():
    page = page_image(1, made.photo(1240, 1754), "")
    assert len(page.content) < 100_000
    assert opened(page).size == (1240, 1754)


@pytest.mark.parametrize(
    ("box", "size"),
    [
        (b"0 0 842 595", (1754, 1240)),  # A4 on its side
        (b"0 0 420 595", (1240, 1757)),  # A5, finer
        (b"0 0 227 600", (946, 2500)),  # a receipt, at 300 dots an inch
        (b"0 0 842 1191", (1754, 2481)),  # A3, as fine as A4
        (b"0 0 2384 3370", (1765, 2495)),  # A0, coarser
        (b"0 0 14400 14400", (2098, 2098)),
    ],
)
def test_other_sizes_are_drawn_sensibly(inspector, box, size):
    (page,) = inspector.inspect_pdf(made.pdf(box=box)).pages
    assert (page.width, page.height) == pytest.approx(size, abs=3)


def test_a_page_that_is_turned_is_shown_turned(inspector):
    (page,) = inspector.inspect_pdf(made.pdf(page=b"/Rotate 90")).pages
    assert page.width > page.height


def test_the_limits_are_settings():
    inspector = Inspector(Limits(pages=2, size=5_000_000))
    try:
        assert len(inspector.inspect_pdf(made.pdf(count=2)).pages) == 2
        with pytest.raises(Unfit) as caught:
            inspector.inspect_pdf(made.pdf(count=3))
        assert (caught.value.code, caught.value.values) == (
            "too_many_pages",
            {"pages": 3, "limit": 2},
        )
        with pytest.raises(Unfit) as caught:
            inspector.inspect_pdf(bytes(5_000_001))
        assert (caught.value.code, caught.value.values) == ("too_large", {"megabytes": 5})
    finally:
        inspector.close()


def test_a_count_of_pages_that_lies_is_refused(inspector):
    lying = made.pdf(count=1).replace(b"/Count 1", b"/Count 2")
    with pytest.raises(Unfit) as caught:
        inspector.inspect_pdf(lying)
    assert caught.value.code == "broken"


def test_a_tree_of_pages_that_holds_itself_is_refused(inspector):
    loop = made.raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>",
    )
    with pytest.raises(Unfit) as caught:
        inspector.inspect_pdf(loop)
    assert caught.value.code == "broken"


def test_every_refusal_has_its_words_in_english_and_swedish():
    assert {code for code, _ in REFUSED.values()} <= set(REFUSALS)
    assert [code for code, texts in REFUSALS.items() if not {"en", "sv"} <= set(texts)] == []
    assert refusal(Unfit("too_many_pages", pages=300, limit=100), "sv") == (
        "PDF-filen har 300 sidor; 100 är tillåtna. Dela upp den."
    )
    assert refusal(Unfit("no_pages"), "fr") == "The PDF has no pages."


def test_the_limits_come_from_the_settings():
    assert limits_of(None) == Limits()
    found = limits_of(DocumentSettings(pages=5, megabytes=2, seconds=3, memory=600))
    assert found == Limits(pages=5, size=2_000_000, seconds=3, memory=600_000_000)

"""Documents and lines become one PDF, with a place for each box."""

from __future__ import annotations

from decimal import Decimal

import pypdfium2
import pytest

from hub.contracts.money import Money
from hub.kernel.errors import OwnTrouble, Retryable, Unfit
from hub.services.amounts import LANGUAGES, money
from hub.services.hosted import composing
from hub.services.hosted.composing import compose
from hub.services.hosted.composing_pages import put_together
from hub.services.typeset import wording
from hub.services.typeset.press import OFFERED
from hub.storage.blobs import Blobs
from tests.services.documents import made
from tests.services.hosted.asked import HOSE, LINE, OIL, has_square, sizes, turned
from tests.services.typeset.made import pages, plain, text

A4 = (595, 842)


@pytest.fixture
def here(monkeypatch, asked):
    """Put together in this process: quicker, where it is not about the other one."""
    monkeypatch.setattr(
        type(asked.core.workshop), "put_together", lambda _, *given: put_together(*given)
    )
    return asked


def test_a_document_alone_goes_as_the_bytes_that_came(asked):
    composed = compose(asked.core, asked.request(), asked.papers(made.offer(3)))
    assert (composed.content, composed.pages, composed.choices) == (made.offer(3), 3, ())


def test_documents_are_joined_in_their_order_and_pages_stay_as_large_and_turned_as_they_were(here):
    documents = (made.pdf(box=b"0 0 200 100"), turned(90), made.offer(2), turned(180))
    composed = compose(here.core, here.request(LINE), here.papers(*documents))
    assert sizes(composed.content) == [(200, 100), (500, 300), A4, A4, (300, 500), A4]
    assert composed.pages == 6
    alone = compose(here.core, here.request(), here.papers(*documents))
    assert sizes(alone.content) == sizes(composed.content)[:-1]
    assert (alone.pages, alone.choices) == (5, ())


def test_a_page_looks_as_it_did(here):
    def pictures(content, count):
        with pypdfium2.PdfDocument(content) as document:
            return [document[at].render(scale=1).to_pil().tobytes() for at in range(count)]

    composed = compose(here.core, here.request(LINE), here.papers(made.offer(2), turned(270)))
    assert pictures(composed.content, 2) == pictures(made.offer(2), 2)
    assert pictures(composed.content, 3)[2:] == pictures(turned(270), 1)


def test_lines_alone_are_a_page_and_each_option_has_a_square_for_its_box(here):
    composed = compose(here.core, here.request(LINE, HOSE, OIL), here.papers())
    assert composed.pages == len(sizes(composed.content)) == 1
    told = [(one.line, one.label, one.page, one.chosen) for one in composed.choices]
    assert told == [("2", "Hose", 0, True), ("3", "Oil", 0, False)]
    assert all(has_square(composed.content, one) for one in composed.choices)


def test_squares_are_where_they_are_told_to_be_over_many_pages_after_documents(here):
    text = "A longer text that needs more than the one line that there is for it on the page"
    many = [
        {**HOSE, "id": str(at), "text": f"{at} {text}" if at % 3 else str(at),
         "optional": at % 4 != 0, "chosen": at % 2 == 0}
        for at in range(80)
    ]  # fmt: skip
    composed = compose(here.core, here.request(*many), here.papers(turned(90), made.offer(2)))
    options = [line for line in many if line["optional"]]
    assert [one.line for one in composed.choices] == [line["id"] for line in options]
    assert [one.chosen for one in composed.choices] == [line["chosen"] for line in options]
    on = [one.page for one in composed.choices]
    assert on == sorted(on)
    assert on[0] >= 3
    assert len(set(on)) >= 2
    assert [one.line for one in composed.choices if not has_square(composed.content, one)] == []
    assert composed.pages == len(sizes(composed.content)) > max(on)


def test_a_square_that_is_elsewhere_would_be_noticed(here):
    composed = compose(here.core, here.request(LINE, HOSE), here.papers())
    (choice,) = composed.choices
    for moved in ({"left": choice.left + 2}, {"top": choice.top - 2}, {"size": choice.size + 3}):
        assert not has_square(composed.content, type(choice)(**{**vars(choice), **moved}))


def test_the_same_request_gives_the_same_bytes_in_whichever_process(asked, monkeypatch):
    request, found = asked.request(LINE, HOSE), asked.papers(made.offer(1), turned(90))
    theirs = compose(asked.core, request, found)
    assert compose(asked.core, request, found) == theirs
    monkeypatch.setattr(
        type(asked.core.workshop), "put_together", lambda _, *given: put_together(*given)
    )
    assert compose(asked.core, request, found) == theirs
    request.title = "Something else"
    assert compose(asked.core, request, found).content != theirs.content


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_words_and_its_amounts(here, language):
    request = here.request(LINE, HOSE, OIL, language=language)
    shown = text(compose(here.core, request, here.papers()).content)
    said = wording.words(OFFERED, language)
    for word in ("lines", "options", "options_hint", "chosen_before", "total_before", "follows",
                 "follows_before", "with_options", "quantity", "price", "vat", "sum"):  # fmt: skip
        assert plain(said[word]) in shown, word
    # (2000 + 99.50) with 25 %: 2099.50 + 524.88; and 50 with 12 %: 50 + 6
    for amount in ("2624.38", "2680.38"):
        assert plain(money(Money(Decimal(amount), "SEK"), language)) in shown, amount
    assert shown.count(plain(said["chosen_before"])) >= 1


def test_words_differ_between_languages():
    words = [wording.words(OFFERED, language) for language in LANGUAGES]
    for name in ("title", "lines", "options_hint", "chosen_before", "total_before", "follows"):
        assert len({one[name] for one in words}) >= 6, name


def test_an_unknown_language_is_written_in_english(here):
    composed = compose(here.core, here.request(LINE, language="pl"), here.papers(made.offer(1)))
    assert "Included" in text(composed.content)


def test_lines_without_options_have_a_plain_total_and_nothing_to_choose(here):
    shown = text(compose(here.core, here.request(LINE), here.papers()).content)
    said = wording.words(OFFERED, "en")
    assert plain("SEK 2,500.00") in shown
    for word in ("total_before", "follows", "options", "options_hint"):
        assert plain(said[word]) not in shown


def test_where_all_is_left_to_choose_no_sum_of_nothing_is_told(here):
    options = [{**one, "optional": True, "chosen": False} for one in (LINE, HOSE)]
    composed = compose(here.core, here.request(*options), here.papers(made.offer(1)))
    shown = text(composed.content)
    said = wording.words(OFFERED, "en")
    assert plain("SEK 0.00") not in shown
    assert plain(said["follows"]) in shown
    assert plain(said["with_options"]) in shown
    for word in ("total_before", "follows_before"):
        assert plain(said[word]) not in shown
    assert pages(composed.content)[-1].count("(1)") == 0  # it is no first page of one


def test_lines_that_cost_nothing_have_no_amounts(here):
    free = [{**one, "price": "0"} for one in (LINE, HOSE)]
    composed = compose(here.core, here.request(*free), here.papers())
    assert "0.00" not in text(composed.content)
    assert len(composed.choices) == 1


def test_what_the_customer_has_chosen_elsewhere_does_not_change_what_is_offered(here):
    request, found = here.request(LINE, HOSE, OIL), here.papers()
    before = compose(here.core, request, found)
    request.answers = {**request.answers, "lines": {"2": "declined", "3": "accepted"}}
    assert compose(here.core, request, found) == before


def test_long_words_and_titles_stay_on_the_page(here):
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 8
    request = here.request(
        {**LINE, "text": word}, {**HOSE, "text": word}, title=f"{word} {word}"[:500],
        plan={"number": "N" * 200},
    )  # fmt: skip
    composed = compose(here.core, request, here.papers())
    assert all(has_square(composed.content, one) for one in composed.choices)
    with pypdfium2.PdfDocument(composed.content) as document:
        for page in document:
            image = page.render(scale=1).to_pil().convert("L")
            margin = image.crop((image.width - 50, 0, image.width, image.height))
            assert margin.getextrema() == (255, 255)
            assert image.crop((0, 0, 50, image.height)).getextrema() == (255, 255)


def test_what_a_line_says_is_text_and_nothing_else(here):
    evil = '#read("/etc/passwd") $x$ *b* \\ <box> @ref'
    composed = compose(here.core, here.request({**HOSE, "text": evil}), here.papers())
    assert evil in text(composed.content)
    assert len(composed.choices) == 1


def test_a_line_without_words_is_called_by_its_id(here):
    composed = compose(here.core, here.request({**HOSE, "text": ""}), here.papers())
    assert [one.label for one in composed.choices] == ["2"]


def test_neither_documents_nor_lines_are_refused_in_words(asked):
    with pytest.raises(Unfit) as refused:
        compose(asked.core, asked.request(), asked.papers())
    assert refused.value.code == "no_document"
    assert set(refused.value.words) == set(LANGUAGES)


def test_too_much_is_refused_before_anything_is_read(asked, monkeypatch):
    monkeypatch.setattr(composing, "LARGEST", 2 * len(made.offer(1)) - 1)
    found = asked.papers(made.offer(1), made.offer(1))
    monkeypatch.setattr(Blobs, "get", None)
    with pytest.raises(Unfit) as refused:
        compose(asked.core, asked.request(), found)
    assert refused.value.code == "too_large"
    assert set(refused.value.words) == set(LANGUAGES)


def test_a_large_document_is_read_once_and_does_not_grow(asked, monkeypatch):
    noise = bytes(range(256)) * 100_000  # 25.6 MB
    large = made.pdf(made.stream(noise), page=b"/Large 5 0 R")
    found, reads, get = asked.papers(large), [], Blobs.get

    def counted(self, workspace_id, sha256):
        reads.append(sha256)
        return get(self, workspace_id, sha256)

    monkeypatch.setattr(Blobs, "get", counted)
    composed = compose(asked.core, asked.request(), found)
    assert reads == [found.documents[0].sha256]
    assert composed.content == large
    del reads[:]
    with_lines = compose(asked.core, asked.request(LINE), found)
    assert reads == [found.documents[0].sha256]
    assert len(with_lines.content) < len(large) + 200_000


def test_a_lost_document_is_our_own_trouble_and_can_be_brought_back(asked):
    found = asked.papers(made.offer(1))
    asked.core.workshop.blobs.delete(asked.workspace_id, found.documents[0].sha256)
    with pytest.raises(OwnTrouble) as trouble:
        compose(asked.core, asked.request(), found)
    assert trouble.value.code == "paper_lost"
    asked.papers(made.offer(1))
    assert compose(asked.core, asked.request(), found).pages == 1


def test_a_process_that_cannot_be_had_is_our_own_trouble(asked, monkeypatch):
    def away(*given):
        raise Retryable("the process ended", retry_after=5)

    monkeypatch.setattr(type(asked.core.workshop), "put_together", away)
    with pytest.raises(OwnTrouble) as trouble:
        compose(asked.core, asked.request(LINE), asked.papers())
    assert (trouble.value.code, trouble.value.retry_after) == ("making_away", 5)


def test_a_document_that_nobody_can_read_is_refused_in_words(asked):
    found = asked.papers(made.offer(1), made.offer(2))
    broken = asked.core.workshop.blobs.put(asked.workspace_id, b"%PDF-1.7 and then nothing")
    found.documents[1].sha256 = broken
    with pytest.raises(Unfit) as refused:
        compose(asked.core, asked.request(), found)
    assert refused.value.code == "broken"
    assert set(refused.value.words) == set(LANGUAGES)


def test_pages_of_our_own_are_archival_also_after_they_were_joined(here):
    mine = compose(here.core, here.request(LINE), here.papers()).content
    both = compose(here.core, here.request(HOSE), here.papers(mine)).content
    assert b"pdfaid:part>3" in both
    mixed = compose(here.core, here.request(HOSE), here.papers(made.pdf())).content
    assert b"pdfaid:part>3" not in mixed
    assert len(pages(both)) == 2

"""The text of a page, for those who hear it: in the order of reading, without what is no text."""

from __future__ import annotations

from tests.services.documents import made


def placed(*texts: tuple[int, int, str]) -> bytes:
    """A page with each text at its place, drawn in this order."""
    parts = [f"BT /F1 11 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in texts]
    return made.pdf(content="\n".join(parts).encode("latin-1"))


def text_of(inspector, content):
    return inspector.inspect_pdf(content).pages[0].text


def test_lines_are_read_from_the_top(inspector):
    text = text_of(inspector, placed((72, 700, "An offer"), (72, 680, "for Alice")))
    assert text.split("\n") == ["An offer", "for Alice"]


def test_two_columns_are_read_one_after_the_other(inspector):
    left = [(72, 700 - 20 * row, f"left {row}") for row in range(5)]
    right = [(320, 700 - 20 * row, f"right {row}") for row in range(5)]
    text = text_of(inspector, placed(*left, *right))
    assert text.index("left 4") < text.index("right 0")


def test_a_table_that_was_drawn_column_by_column_from_below_is_read_by_rows(inspector):
    cells = [(72 + 150 * column, 600 + 20 * row, f"c{column}r{row}")
             for column in range(3) for row in range(4)]  # fmt: skip
    text = text_of(inspector, placed(*cells))
    rows = [line.split() for line in text.split("\n")]
    assert rows == [[f"c{column}r{row}" for column in range(3)] for row in (3, 2, 1, 0)]


def test_letters_of_many_languages_come_through_and_controls_do_not(inspector):
    text = text_of(inspector, made.offer(1))
    assert text.startswith("Offert 1234")
    assert "1 234,00" in text
    assert not any(ord(char) < 32 and char != "\n" for char in text)


def test_a_page_without_text_has_none(inspector):
    assert text_of(inspector, made.pdf(content=b"0 0 100 100 re f")) == ""


def test_an_endless_text_is_cut(inspector):
    line = b"BT /F1 1 Tf 1 %d Td (" + b"Alice and Bob " * 100 + b") Tj ET\n"
    content = b"".join(line % (800 - row) for row in range(120))
    assert len(text_of(inspector, made.pdf(content=content))) <= 100_000

"""What a record or a workspace may hold and what must not come of it."""

from __future__ import annotations

import datetime as dt
import io
import threading
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hub.kernel.errors import Refused, Unfit
from hub.services.typeset import glyphs, logo
from hub.services.typeset.press import NotTypeset, Press, typeset
from hub.services.typeset.sheet import Fact, read_values
from hub.services.typeset.view import view
from tests.services.typeset.made import AT, bare, line, plain, sheet, text

MARKUP = [
    '#read("/etc/passwd")', "#panic()", "$x^2$", "*bold* _it_ `raw`", "= Heading", "//comment",
    "\\u{41} \\ #", "#{while true {}}", '#import "@preview/x:1.0.0"', "<label> @label", "{{ 7*7 }}",
    "]]] }}} )))", '"; sys.inputs', "--- ... ~ 'q' \"q\"",
]  # fmt: skip


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_in_a_record_is_text(markup):
    made = typeset(
        "offer",
        bare(
            number=markup, customer_name=markup, customer_address=markup, intro=markup,
            object=markup, terms=markup, facts=(Fact(markup, markup),),
            lines=(line("1", markup),), currency="SEK",
        ),
    )  # fmt: skip
    shown = text(made)
    assert shown.count(plain(markup)) >= 7
    assert "root:" not in shown


def test_typst_sees_nothing_outside_its_folder(tmp_path: Path):
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    for name, source in {
        "up.typ": '#read("../secret.txt")',
        "absolute.typ": f'#read("{tmp_path}/secret.txt")',
        "package.typ": '#import "@preview/example:0.1.0": add',
    }.items():
        (root / name).write_text(source)
        with pytest.raises(NotTypeset):
            Press(root).pdf(name, {}, 0)


@pytest.mark.parametrize(
    ("name", "seen"),
    [("שלום", "שלום"), ("محمد", None), ("Alice 😀", "Alice 😀"), ("漢字", "��"), ("ไทย", "���"),
     ("Ștefan Ţîrlea", "Ștefan Ţîrlea"), ("Ἀλέξης Жуков", "Жуков"), ("e\u0301", "é"),
     ("x\u0336y", "xy"), ("a\x00b\x07c", "abc"), ("evil\u202egnp.exe", "evilgnp.exe"),
     ("\ufeffBob\ue000", "Bob"), ("👩‍👩‍👧 🇸🇪", None), ("Õun Ðurić Łódź ø", "Õun Ðurić Łódź ø")],
)  # fmt: skip
def test_a_name_in_any_script_is_set_as_archival_pdf(name, seen):
    made = typeset("offer", bare(customer_name=name))
    assert b"<pdfaid:part>3</pdfaid:part>" in made
    if seen is not None:
        assert seen in text(made)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_no_text_stops_a_document(name):
    made = typeset("service_sheet", bare(customer_name=name, intro=name, facts=(Fact(name, name),)))
    assert b"<pdfaid:part>3</pdfaid:part>" in made


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_text_made_fit_stays_as_it_is(name):
    once = glyphs.fit(name)
    assert glyphs.fit(once) == once


def test_a_name_of_500_letters_stays_inside_the_page():
    made = typeset("offer", bare(customer_name="W" * 500, object="M" * 500))
    assert text(made).replace(" ", "").count("W") == 500
    with pytest.raises(Unfit) as refused:
        bare(customer_name="W" * 501)
    assert (refused.value.code, refused.value.values) == (
        "too_long",
        {"field": "customer_name", "limit": 500},
    )


def test_an_address_that_somebody_may_copy_holds_no_hidden_breaks():
    address = "firstname.lastname@workshop.example.com"
    assert glyphs.fit(address) == address


def test_too_many_lines_or_facts_are_refused():
    with pytest.raises(Unfit):
        bare(lines=tuple(line(str(number), "x") for number in range(501)))
    with pytest.raises(Unfit):
        bare(facts=(Fact("a", "b"),) * 61)


def test_values_of_a_mapping_become_fields():
    values = {
        "number": 42, "date": "2026-02-03", "valid_until": "2026-03-01T10:00:00Z", "notes": "",
        "object": "Volvo\n V60", "intro": "One\n\nTwo", "facts": [{"label": "Km", "value": 12}, {}],
    }  # fmt: skip
    assert read_values(values) == {
        "number": "42",
        "date": dt.date(2026, 2, 3),
        "valid_until": dt.date(2026, 3, 1),
        "object": "Volvo V60",
        "intro": "One\n\nTwo",
        "facts": (Fact("Km", "12"),),
    }


@pytest.mark.parametrize(
    ("values", "code"),
    [({"nmber": "1"}, "unknown_field"), ({"date": "soon"}, "bad_date"),
     ({"facts": "x"}, "bad_value"), ({"number": True}, "bad_value"),
     ({"intro": ["a"]}, "bad_value")],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(values, code):
    with pytest.raises(Unfit) as refused:
        read_values(values)
    assert refused.value.code == code


def test_a_language_without_words_is_refused():
    with pytest.raises(Unfit):
        bare("xx")


def test_an_accepted_line_that_is_not_there_is_refused():
    with pytest.raises(Refused):
        typeset("offer", sheet(accepted=frozenset({"99"})))


def _png(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "#2255aa").save(content, "PNG")
    return content.getvalue()


def test_a_picture_is_made_small_and_wrapped():
    made = logo.svg(_png(4000, 1000))
    assert made is not None
    assert 'width="1000" height="250"' in made


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg", b"not a picture", b"<html/>", b"\x89PNG\r\n\x1a\n", b"<svg>" + b" " * 1_000_000,
     b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
     b'<svg xmlns="http://www.w3.org/2000/svg">' + b'<use href="#a"/>' * 11 + b"</svg>",
     b'<!DOCTYPE svg [<!ENTITY a SYSTEM "/etc/passwd">]><svg>&a;</svg>', _png(6000, 6000)],
)  # fmt: skip
def test_a_logo_that_is_unsafe_or_broken_is_none(content):
    assert logo.svg(content) is None


def test_a_logo_that_only_typst_refuses_is_left_out():
    sender = bare().sender
    broken = type(sender)(sender.name, logo=b"<svg/>")
    assert logo.svg(broken.logo) is not None
    assert "Nordverk AB" in text(typeset("offer", bare(sender=broken)))


@pytest.mark.parametrize(
    ("colour", "used"),
    [("#b4421c", "#b4421c"), ("#FFEE00", "#334155"), ("red", "#334155"), ("", "#334155"),
     ("#1b1b1b\n", "#334155")],
)  # fmt: skip
def test_an_accent_that_cannot_be_read_is_not_used(colour, used):
    sender = bare().sender
    assert view("offer", bare(sender=type(sender)("A", accent=colour)))["accent"] == used


def test_many_threads_share_the_press():
    made: dict[int, bytes] = {}

    def set_one(number: int) -> None:
        made[number] = typeset("offer", bare(number=str(number % 2)))

    threads = [threading.Thread(target=set_one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made.values())) == 2


def test_the_time_of_making_is_the_one_that_was_given():
    later = bare()
    made = typeset("offer", later)
    assert b"2026-11-27T12:00:00" in made
    assert made != typeset("offer", type(later)("sv", AT + dt.timedelta(1), later.sender))


def test_the_fonts_that_the_layout_names_are_there():
    families = typst.Fonts(include_system_fonts=False, font_paths=[glyphs.FONTS]).families()
    layout = (Path(glyphs.__file__).parent / "templates/layout/layout.typ").read_text()
    named = layout.split("#let fonts = (")[1].split(")")[0].replace('"', "").split(",")
    names = {name.strip() for name in named if name.strip()}
    assert names <= set(families)
    assert {"Source Sans 3", "Noto Emoji"} <= names

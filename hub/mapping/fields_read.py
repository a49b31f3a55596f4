"""What a mapping reads of a record, and what it takes each field for: a name, a number, an e-mail
address. Known from the rows; for the rest, from what the field is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.contracts.papers import BASE64, URL
from hub.mapping.compiled import CompiledMapping
from hub.mapping.converters import Converter
from hub.mapping.forms import FieldType, FormSpec
from hub.mapping.papers import PaperRule
from hub.mapping.people import Part
from hub.mapping.rows import Row, Source
from hub.mapping.texts import is_text_key, names_in
from hub.mapping.watched import named_paths

_ALL = re.compile(r"\*|\$\$|\$keys|\$each|\$sift|\$spread|\$lookup|\$(?![\w$])|\$string\(\s*\)")
_STRINGS = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'")


class Kind(StrEnum):
    """What kind of a person's data a field holds."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    NATIONAL_ID = "national_id"
    POSTCODE = "postcode"
    ADDRESS = "address"
    CITY = "city"
    BIRTH = "birth"
    ID = "id"
    ADDRESS_OF_FILE = "address_of_file"
    CONTENT = "content"
    PASSWORD = "password"


_NAMED: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (Kind.EMAIL, r"mail|epost"),
        (Kind.NATIONAL_ID, r"person(al)?[_-]?(id|nr|number|nummer)|national|ssn|\bpnr|cpr|hetu"),
        (Kind.POSTCODE, r"post[_-]?(code|nr|nummer)|\bzip"),
        (Kind.PHONE, r"phone|mobil|telef|\btel\b|_tel\b|\bfax"),
        (Kind.BIRTH, r"birth|born|f[oö]d"),
        (Kind.ADDRESS, r"addr|street|gata|gatu"),
        (Kind.CITY, r"city|town|(^|_)ort$|postort|stad$"),
        (Kind.NAME, r"name|namn|contact|kontakt|signed_by|handl[aä]ggare|owner|created_by"),
        (Kind.ID, r"(^|_)id$|guid|uuid"),
    )
)
_TARGETS = {
    "name": Kind.NAME,
    "mobile": Kind.PHONE,
    "email": Kind.EMAIL,
    "national_id": Kind.NATIONAL_ID,
    "customer_name": Kind.NAME,
    "password": Kind.PASSWORD,
}
FORM_KINDS = {
    FieldType.EMAIL: Kind.EMAIL,
    FieldType.TEL: Kind.PHONE,
    FieldType.POSTCODE: Kind.POSTCODE,
}
_PRINTED = {
    "customer_name": Kind.NAME,
    "contact_name": Kind.NAME,
    "contact_phone": Kind.PHONE,
    "customer_address": Kind.ADDRESS,
    "delivery_address": Kind.ADDRESS,
}
_FILES = {URL: Kind.ADDRESS_OF_FILE, BASE64: Kind.CONTENT}
_CONVERTED = {"e164": Kind.PHONE, "national_id": Kind.NATIONAL_ID, "postcode": Kind.POSTCODE}
# What is called a product's or a file's name is nobody's.
_THINGS = re.compile(r"product|file|table|model|item|artic", re.IGNORECASE)


@dataclass
class FieldsRead:
    """Field → what rows take it for, and the chains of converters that it goes through. ``roots``
    are the top-level fields that are read, None when all may be; ``words`` are texts that the
    mapping compares with or chooses by; ``text`` is the mapping's own."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    chains: dict[str, list[tuple[Converter, ...]]] = field(default_factory=dict)
    roots: set[str] | None = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    text: str = ""

    def add(self, path: str, chain: tuple[Converter, ...], kind: Kind | None = None) -> None:
        """A row reads the field and sends it through ``chain``, which may tell its kind."""
        converted = (_CONVERTED.get(one.text.partition(":")[0]) for one in chain)
        known = next((one for one in converted if one is not None), kind)
        if known is not None:
            self.kinds.setdefault(path, known)
        if chain:
            self.chains.setdefault(path, []).append(chain)

    def kind(self, path: str) -> Kind | None:
        """What the field at a dotted path holds, if it is a person's."""
        if path in self.kinds:
            return self.kinds[path]
        name = path.rpartition(".")[2]
        if _THINGS.search(name):
            return None
        return next((kind for kind, pattern in _NAMED if pattern.search(name)), None)


def fields_read(mapping: CompiledMapping, form: FormSpec | None) -> FieldsRead:
    """Everything that a mapping reads of its record."""
    found = FieldsRead(text=mapping.text)
    types = {one.name: one.type for one in form.fields} if form is not None else {}
    request, lines = mapping.request, mapping.request.lines
    below = ""
    if lines is not None:
        _source(found, lines.items)
        _source(found, lines.currency)
        below = _record_path(lines.items.reads) if lines.items.path is not None else ""
    for row in request.prefill:
        asked = types.get(row.to)
        _row(found, row, FORM_KINDS.get(asked) if asked is not None else None)
    for person in request.people:
        for row in person.rows:
            _row(found, row, _TARGETS.get(row.to))
    for paper in request.papers:
        _paper(found, paper)
    if request.share is not None:
        _parts(found, request.share.parts(), request.share.items)
    if request.notify is not None:
        _parts(found, request.notify.parts(), None)
    for refusal in request.refusals:
        for name in (name for text in refusal.words.values() for name in names_in(text)):
            _root(found, name)
        if refusal.source is not None:
            _source(found, refusal.source)
    for row in lines.rows if lines is not None else ():
        _row(found, row, None, below)
    _source(found, request.language)
    if request.user_language is not None:
        _source(found, request.user_language)
    if request.number is not None:
        _row(found, request.number, None)
    _expressions(found, mapping)
    found.words = set(_own_words(mapping))
    return found


def _parts(found: FieldsRead, parts: Iterable[Part], items: Source | None) -> None:
    """What a share and news read, each value by its name; ``items`` are the share's contacts."""
    below = _record_path(items.reads) if items is not None else ""
    for part in parts:
        if isinstance(part.what, Source):
            kind = _TARGETS.get(part.rule.rpartition(".")[2])
            _row(found, Row("", part.what), kind, below)


def _paper(found: FieldsRead, paper: PaperRule) -> None:
    below = _record_path(paper.items.reads) if paper.items is not None else ""
    for part in paper.parts():
        if isinstance(part.what, str):
            for name in names_in(part.what):
                _root(found, name)
        elif isinstance(part.what, Source):
            kind = _PRINTED.get(part.row.to) if part.row is not None else None
            kind = _FILES.get(paper.kind) if part.what is paper.source else kind
            _row(found, Row("", part.what), kind, below)


def _row(found: FieldsRead, row: Row, kind: Kind | None, below: str = "") -> None:
    source = row.source
    _source(found, source)
    for path in (source.path, source.fallback):
        if path is None:
            continue
        name = _record_path(path.text)
        if below and name.startswith("item."):
            name = f"{below}.{name.removeprefix('item.')}"
        found.add(name, source.chain, kind)


def _source(found: FieldsRead, source: Source | Row) -> None:
    one = source.source if isinstance(source, Row) else source
    for path in (one.path, one.fallback):
        if path is not None:
            _root(found, path.text)
    if one.expression is not None:
        _read(found, one.expression.text)


def _expressions(found: FieldsRead, mapping: CompiledMapping) -> None:
    if mapping.when is not None:
        _read(found, mapping.when.text)
    request = mapping.request
    for text in (*request.title.values(), *request.signing.consent.values()):
        for name in names_in(text):
            _root(found, name)
    for condition in request.conditions:
        _read(found, condition.text)
    for step in mapping.all_steps():
        for row in step.rows:
            if row.source.path is None or row.source.path.root == "record":
                _row(found, row, None)
        for source in (step.target, step.items):
            if source is not None:
                _source(found, source)
        if step.when is not None:
            _read(found, step.when.text)
        for text in step.templates:
            for name in () if is_text_key(text) else names_in(text):
                _root(found, name)


def _read(found: FieldsRead, expression: str) -> None:
    if _ALL.search(expression):
        found.roots = None
    for name in named_paths(expression):
        _root(found, name)


def _root(found: FieldsRead, path: str) -> None:
    name = _record_path(path)
    if name == "record":
        found.roots = None
    elif found.roots is not None:
        found.roots.add(re.split(r"[.\[]", name, maxsplit=1)[0].strip("`"))


def _record_path(path: str) -> str:
    """A path as it is below the record, without indices: ``record.lines[0].name``."""
    return re.sub(r"\[\d+\]|`", "", path).removeprefix("record.")


def _own_words(mapping: CompiledMapping) -> Iterator[str]:
    """What fields are compared with and chosen by: choices, and texts in expressions."""
    request = mapping.request
    rows = [*request.prefill, request.language]
    rows += [part.row for part in request.parts() if part.row is not None]
    rows += request.lines.rows if request.lines is not None else ()
    texts = [mapping.when.text] if mapping.when is not None else []
    texts += [condition.text for condition in request.conditions]
    for step in mapping.all_steps():
        rows += step.rows
        texts += [step.when.text] if step.when is not None else []
    for row in rows:
        choices: Mapping[str, object] = row.source.choices or {}
        yield from choices
        yield from (one for one in choices.values() if isinstance(one, str))
        texts += [row.source.expression.text] if row.source.expression is not None else []
    for text in texts:
        for double, single in _STRINGS.findall(text):
            yield double or single

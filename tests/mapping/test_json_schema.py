"""The JSON Schemas of mappings, fragments and forms say what the grammar says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, ValidationError
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from hub.kernel.errors import ConfigurationError
from hub.mapping import converters
from hub.mapping.converters import parse_converter
from hub.mapping.document import read_document
from hub.mapping.form_schema import FormSchema
from hub.mapping.fragments import check_fragment
from hub.mapping.json_schema import form_schema, fragment_schema, mapping_schema
from hub.mapping.loader import compile_mapping
from hub.mapping.paths import parse_path, path_pattern
from hub.mapping.schema import MappingSchema
from hub.mapping.surroundings import Surroundings
from tests.json_schemas import differences, messages, refusals, validator
from tests.mapping.samples import ROOT, sample
from tests.mapping.test_grammar import WRONG
from tests.mapping.whole import FORM, MAPPING, PAPERS
from tests.simulated_house import _MAPPING as HOUSE

MAPPINGS = sorted(
    path
    for folder in ("mappings", "tests/bench/config/mappings", "tests/chaos/config/mappings")
    for path in (ROOT / folder).glob("*.yaml")
)
FRAGMENTS = sorted((ROOT / "mappings" / "shared").glob("*.yaml"))
FORMS = sorted((ROOT / "config" / "forms").glob("*.yaml"))
MAPPINGS_CHECKED, FORMS_CHECKED = validator(mapping_schema()), validator(form_schema())
FRAGMENT = "fragment: shared\nentries: [{to: name, from: customer_name}, trim, {update: both}]\n"
# What the grammar says and a JSON Schema cannot know: the message, and why.
LEFT = {
    "JSONata": "only a compiler knows whether an expression is one",
    "which no row gives": "looks at other rows",
    "is no country": "the schema knows that it has two letters",
    "stands here twice": "looks at other steps and fields",
    "nobody signs": "looks at everybody",
    "the same value twice": "looks at other choices",
    "belongs to a public link": "looks at what a map gives",
}
ELSEWHERE = [*LEFT, "$eval is not available", "is no code of a language"]


def data_of(text: str) -> Any:
    return read_document(text, "file.yaml").data


SCHEMAS = {schema: schema() for schema in (MappingSchema, FormSchema)}


def grammar(schema: type[Schema], data: Any) -> list[str]:
    try:
        SCHEMAS[schema].load(data)
    except ValidationError as error:
        return messages(error.messages)
    return []


def fragments_grammar(data: Any) -> list[str]:
    if not isinstance(data, dict):  # no such document is ever read
        return ["must be keys with values"]
    document = read_document(FRAGMENT, "shared.yaml")
    try:
        check_fragment(document.__class__(**{**vars(document), "data": data}), "shared")
    except ConfigurationError as error:
        return list(error.problems)
    return []


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MAPPINGS, ids=name)
def test_every_shipped_mapping_is_accepted(path):
    assert refusals(MAPPINGS_CHECKED, data_of(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", FRAGMENTS or [None], ids=lambda path: path and name(path))
def test_every_shipped_fragment_is_accepted(path):
    text = path.read_text("utf-8") if path else FRAGMENT
    assert refusals(validator(fragment_schema()), data_of(text)) == []


@pytest.mark.parametrize("path", FORMS, ids=name)
def test_every_shipped_form_is_accepted(path):
    assert refusals(FORMS_CHECKED, data_of(path.read_text("utf-8"))) == []


def test_there_are_files_to_look_at():
    assert len(MAPPINGS) >= 5
    assert len(FORMS) >= 1


@pytest.mark.parametrize(
    "text", [MAPPING, PAPERS, HOUSE, sample(), sample(request=sample.__doc__ or "")]
)
def test_a_mapping_that_tests_use_is_judged_as_the_grammar_judges_it(text):
    data = data_of(text)
    assert bool(refusals(MAPPINGS_CHECKED, data)) == bool(grammar(MappingSchema, data))


@pytest.mark.parametrize(("good", "bad"), [(good, bad) for good, bad, _ in WRONG])
def test_what_people_write_wrong_is_refused_by_both(good, bad):
    data = data_of(sample().replace(good, bad, 1))
    said = grammar(MappingSchema, data)
    left = all(any(known in text for known in ELSEWHERE) for text in said)
    assert said
    assert refusals(MAPPINGS_CHECKED, data) or left


def test_the_whole_mapping_compiles_and_uses_every_key():
    used: set[str] = set()
    for text in (MAPPING, PAPERS):
        compile_mapping(text, "whole.yaml")
        used |= {*keys_in(data_of(text))}
    assert keys_of(mapping_schema()) - used == set()


def test_the_whole_form_is_valid_and_uses_every_key():
    assert grammar(FormSchema, data_of(FORM)) == []
    assert keys_of(form_schema()) - set(keys_in(data_of(FORM))) == set()


def keys_of(schema: dict[str, Any]) -> set[str]:
    blocks = [schema, *schema["$defs"].values()]
    return {key for block in blocks for key in block.get("properties", ())} - {"include"}


def keys_in(here: Any) -> Iterator[str]:
    if isinstance(here, dict):
        yield from here
    for inner in (
        here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
    ):
        yield from keys_in(inner)


@pytest.mark.timeout(600)  # with every change on a busy machine
@pytest.mark.parametrize("text", [MAPPING, PAPERS], ids=["whole", "papers"])
def test_mappings_changed_at_each_place_are_refused_by_both_or_by_none(text):
    schema = mapping_schema()
    data = data_of(text)
    assert differences(data, lambda changed: grammar(MappingSchema, changed), schema, LEFT) == []


def test_forms_changed_at_each_place_are_refused_by_both_or_by_none():
    data = data_of(FORM)
    found = differences(data, lambda changed: grammar(FormSchema, changed), form_schema(), LEFT)
    assert found == []


def test_fragments_changed_at_each_place_are_refused_by_both_or_by_none():
    left = {"must be 'shared'; as the file": "how the file is called does not stand in it"}
    stricter = {"entries.0": "an entry with 'to' is taken for a row, though it may be a record's"}
    found = differences(data_of(FRAGMENT), fragments_grammar, fragment_schema(), left, stricter)
    assert found == []


# What is put into a good mapping, and whether it may stand there.
@pytest.mark.parametrize(
    ("old", "new", "good"),
    [
        ("14d", "90s", True),
        ("14d", "0d", False),
        ("14d", "14 days", False),
        ("14d", "1234567s", False),
        ('"21:00-08:00"', '"21:00 - 08:00"', True),
        ('"21:00-08:00"', '"24:00-08:00"', False),
        ('"21:00-08:00"', "'21-08'", False),
        ("limit: 2", "limit: 0", True),
        ("limit: 2", "limit: 4", False),
        ('"e164:SE"', '"e164:SWE"', False),
        ('"e164:SE"', "e164", False),
        ('"e164:SE"', "upper", True),
        ('"truncate:200"', '"truncate:100000"', True),
        ('"truncate:200"', '"truncate:100001"', False),
        ('"truncate:200"', '"truncate:0"', False),
        ('"national_id:SE"', '"national_id:DE"', False),
        ('"national_id:SE"', '"postcode:DE"', True),
        ("direction: both", "direction: boht", False),
        ("to: mobile, from: customer", "to: mobil, from: customer", False),
        ("{to: vat, value: 25}", "{to: vat, value: 25, required: true}", False),
        ("{to: vat, value: 25}", "{to: vat, value: 25, from: vat}", False),
        ("{to: vat, value: 25}", "{to: vat}", False),
        ("from: recipient.mobile", "from: customer.mobile", False),
        ("from: recipient.mobile", "from: '`recipient`.mobile'", True),
        ("- attach: evidence", "- {attach: evidence, note: signature}", False),
        ("- attach: evidence", "- {attach: evidence, when: 1}", True),
        ("- attach: evidence", "- {when: 1}", False),
        ("[both, {to: state, value: Signed}]", "[{to: state, value: Signed}, both]", False),
        ("[both, {to: state, value: Signed}]", "[both]", True),
        ("for_each: {from: lines}", "for_each: {from: lines, value: 1}", False),
        ("currency: SEK", "currency: {from: record.currency}", True),
        ("provider: [bankid, native_canvas]", "provider: []", False),
        ("completed:\n    - update", "complete:\n    - update", False),
        ("kind: offer", "documents: []\n  kind: offer", False),
    ],
)
def test_both_say_the_same_about(old, new, good):
    assert old in MAPPING
    data = data_of(MAPPING.replace(old, new, 1))
    assert bool(grammar(MappingSchema, data)) is not good
    assert bool(refusals(MAPPINGS_CHECKED, data)) is not good


@pytest.mark.parametrize(
    ("old", "entry"),
    [
        ("trigger: [button, webhook, api, poll]", "trigger: [{include: shared}]"),
        ("      - {to: vat, value: 25}", "      - {include: shared}"),
        ("    - attach: evidence", "    - include: shared"),
        ("[both, {to: state, value: Signed}]", "[both, {include: shared}]"),
        ('[trim, "e164:SE"]', '[{include: shared}, "e164:SE"]'),
        ("match: [mobile, email]", "match: [mobile, {include: shared}]"),
        ("problems: [missing]", "problems: [{include: shared}]"),
        ("lines: [{id: A}]\n      line:", "lines: [{include: shared}]\n      line:"),
    ],
)
def test_a_fragment_may_be_an_entry_of_any_list(old, entry):
    assert old in MAPPING
    checked = MAPPINGS_CHECKED
    assert refusals(checked, data_of(MAPPING.replace(old, entry, 1))) == []
    beside = entry.replace("include: shared", "include: shared, zzz: 1")
    if "- include" not in entry and "lines:" not in entry:
        assert refusals(checked, data_of(MAPPING.replace(old, beside, 1)))


def test_what_is_pasted_is_judged_where_it_stands():
    text = sample(request=REQUEST_WITH_INCLUDE)
    assert refusals(MAPPINGS_CHECKED, data_of(text)) == []
    around = Surroundings({"shared": "fragment: shared\nentries: [{to: name, from: who}]\n"}, {})
    assert compile_mapping(text, "sample.yaml", around).request.recipient[0].to == "name"


REQUEST_WITH_INCLUDE = """\
request:
  kind: offer
  provider: bankid
  channels: sms
  expires_after: 14d
  recipient: [{include: shared}]
"""


def test_every_list_of_a_mapping_takes_an_include_and_none_of_a_form():
    lists = list(lists_in(mapping_schema()))
    assert len(lists) > 20
    include = {"$ref": "#/$defs/Include"}
    assert [each for each in lists if each and include not in each.get("anyOf", ())] == []
    assert "Include" not in str(form_schema())


def lists_in(here: Any) -> Iterator[dict[str, Any]]:
    if isinstance(here, dict) and "items" in here and here.get("type") == "array":
        yield here["items"]
    for inner in (
        here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
    ):
        yield from lists_in(inner)


def test_paths_are_read_and_offered_alike():
    draw = random.Random(7)
    pieces = ["a", ".", "[", "1", "]", "`", " ", "record", "form", "-", "å"]
    for roots in ((), ("record", "form")):
        checked = validator({"type": "string", "pattern": path_pattern(roots)})
        for _ in range(3_000):
            text = "".join(draw.choice(pieces) for _ in range(draw.randint(0, 7)))
            try:
                good = not roots or parse_path(text).root in roots
                parse_path(text)
            except ValueError:
                good = False
            assert checked.is_valid(text) is good, text


def test_every_converter_is_offered_as_it_is_read():
    shape = converters.shape_of_converters()
    checked = validator(shape)
    offered = [parse_converter(text).text for text in shape["examples"]]
    assert {text.partition(":")[0] for text in offered} == set(converters.MAKERS)
    assert [text for text in offered if not checked.is_valid(text)] == []
    assert [text for text in offered if checked.is_valid(f"{text}:x")] == []


def test_the_schema_of_mappings_changes_only_when_somebody_wants_it(snapshot: SnapshotAssertion):
    """After a change of the grammar: ``pytest tests/mapping/test_json_schema.py
    --snapshot-update``."""
    assert mapping_schema() == snapshot(extension_class=JSONSnapshotExtension)

"""Small mappings for tests, and what they are evaluated with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from hub.contracts.records import RecordRef
from hub.mapping.compiled import CompiledMapping
from hub.mapping.document import read_document
from hub.mapping.json_schema import mapping_schema
from hub.mapping.loader import compile_mapping

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
SOURCE = RecordRef("service_case", "17")

HEAD = """\
mapping: sample
source: {connector: agiloft, table: service_case}
trigger: [button]
"""
REQUEST = """\
request:
  kind: information_request
  provider: bankid
  channels: sms
  expires_after: 14d
  recipient:
    - {to: name, from: customer_name}
"""
EXAMPLES = """\
examples:
  - {name: one, given: {record: {customer_name: Alice}}, expect: {recipient: {name: Alice}}}
"""


def sample(extra: str = "", *, head: str = HEAD, request: str = REQUEST) -> str:
    """The text of a small mapping with ``extra`` after its request."""
    return head + request + extra + EXAMPLES


def compiled(extra: str = "", **parts: str) -> CompiledMapping:
    """A small mapping. What the grammar takes, the JSON Schema must take too."""
    text = sample(extra, **parts)
    found = compile_mapping(text, "sample.yaml")
    _json_schema().validate(read_document(text, "sample.yaml").data)
    return found


@cache
def _json_schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(mapping_schema())


def shown(text: str, context: Mapping[str, Any]) -> str:
    """A ``render`` that shows what it was given."""
    return f"{text}|{sorted(context)}"

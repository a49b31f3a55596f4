"""Which names an expression reads from the root."""

from __future__ import annotations

import pytest

from hub.mapping.expressions import Expression
from hub.mapping.reads import plain_reads

READS = [
    ('status != "Closed" and $not(sign_state = "Signed")', ["status", "sign_state"]),
    ("a.b[c = 1].d & $$.x", ["a.b.d", "x"]),
    ("lines[price > $$.limit].name", ["lines.name", "limit"]),
    ("$map(lines, function($l) { $l.price + surcharge })", ["lines", "surcharge"]),
    ("$.a.b", ["a.b"]),
    ('{"x": a, "y": $sum(lines.(price * quantity))}', ["a", "lines"]),
    ("lines^(>price).name", ["lines"]),
    ("lines{kind: $sum(price)}", ["lines"]),
    ("($r := record; $r.name & record.city)", ["record", "record.city"]),
    ("lines ~> $map(function($v) { $v.a & outer })", ["lines", "outer"]),
    ("a ? b : c.d", ["a", "b", "c.d"]),
    ("items.`a b`.c", ["items.a b.c"]),
    ('"a".b', ["a.b"]),
    ('"x" in tags', ["tags"]),
    ('a ~> |b|{"z": c}|', ["a"]),
    ("**.x", []),
    ("$each($, function($v, $k) { $k })", []),
]


@pytest.mark.parametrize(("text", "names"), READS)
def test_names_are_read_from_the_root(text: str, names: list[str]) -> None:
    assert sorted(".".join(each) for each in plain_reads(Expression(text))) == sorted(names)

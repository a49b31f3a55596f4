"""What a hostile mapping may try, each as a row; and a process that evaluates them under a watch.

``python -m tests.mapping.hostile`` prints a line of JSON for each row: what it came to, how much
working time it took, and how far the process's memory had grown at most.
"""

from __future__ import annotations

import json
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.mapping.loader import compile_mapping
from hub.mapping.rows import evaluate_one

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ADDRESS_SPACE = 1 << 30  # above what the process has when it begins
LONG = 900_000
RECORD: dict[str, Any] = {
    "name": "Alice Andersson",
    "mobile": "0701740605",
    "long": "a" * LONG,
    "list": [{"n": number, "list": list(range(30))} for number in range(200)],
}
ROWS = {
    "endless": "($f := function($n) { $f($n + 1) }; $f(0))",
    "endless_by_two": "($a := function($n) { $b($n) }; $b := function($n) { 1 + $a($n) }; $a(0))",
    "endless_by_map": "($f := function($n) { $map([1, 2], function($x) { $f($x) }) }; $f(0))",
    "pad": '$pad("x", 100000000)',
    "pad_often": '$join([1..20000].$pad("x", 5000))',
    "doubled": '$reduce([1..27], function($t, $n) { $t & $t }, "x")',
    "replaced": "$replace(long, /a/, long)",
    "replaced_plain": '$replace(long, "a", long)',
    "replaced_forever": '$replace(long, /b/, "c", 1000000000000)',
    "replaced_with_limit": '$replace(long, /a/, "aa", 1000000000000)',
    "joined": '$join($split(long, ""), long)',
    "as_text": '$string([1..19000].$pad("x", 900))',
    "encoded": "$encodeUrlComponent($replace(long, 'a', 'å'))",
    "wide_year": '$fromMillis(0, "[Y0001,90000000-90000000]")',
    "wide_number": '$formatNumber(1, "0" & $pad("", 90, "0"))',
    "words": '$formatInteger(1e300, "w")',
    "bits": "$formatBase($power(2, 1000), 2)",
    "backtracking": "$match(long, /(a|a)*?b/)",
    "empty_matches": "$match(long, /b*/)",
    "split_between": "$split(long, /b*/)",
    "range": "[1..10000000]",
    "range_first": "[0..9999999][0]",
    "range_sum": "$sum([1..9999999])",
    "ranges": "[1..9000].[1..9000]",
    "ranges_listed": "[[1..9000], [1..9000], [1..9000]]",
    "nested": "($f := function($x, $n) { $n = 0 ? $x : $f([[$x]], $n - 1) }; $f(1, 500))",
    "twins": '($f := function($x, $n) { $n = 0 ? $x : $f({"a": $x, "b": $x}, $n - 1) }; $f(1, 60))',
    "appended": "$reduce([1..60], function($a, $n) { $append($a, $a) }, [1])",
    "sorted": "[1..19000]^(>($sum([1..$])))",
    "sorted_by_us": "$sort([1..19000], function($a, $b) { $sum([1..$b]) > $a })",
    "grouped": "[1..19000]{$string($): [1..$]}",
    "grouped_as_one": '[1..19000]{"k": $}',
    "joins": "list@$a.list@$b.list@$c.{'n': $a.n + $b + $c}",
    "descendants": "**.**.**.**",
    "spread": "$spread([1..19000].{$string($): $})",
    "merged": "$merge([1..19000].{$string($): $})",
    "transformed": '$ ~> |**|{"x": $$}|',
    "mapped_twice": "$map([1..9000], function($x) { $map([1..9000], function($y) { $x * $y }) })",
    "zipped": "$zip(list.list, list.list, list.list)",
    "power": "$power(10, 400)",
    "not_finite": "1e308 * 1e308",
    "thrown": "$error(long)",
}
# Those that are fine within the limits, and one that a fast machine may do in time.
HARMLESS = {"replaced_forever", "wide_number", "backtracking"}
EITHER = {"grouped_as_one"}


def text() -> str:
    """A mapping with a good row before and after each hostile one."""
    rows: list[dict[str, Any]] = [{"to": "good_first", "from": "name"}]
    for name, expression in ROWS.items():
        rows += [{"to": name, "expr": expression}, {"to": f"good_{name}", "expr": 'name & "!"'}]
    return json.dumps(
        {
            "mapping": "hostile",
            "source": {"connector": "source", "table": "case"},
            "trigger": ["api"],
            "request": {
                "kind": "request", "provider": "signing", "channels": "sms", "expires_after": "14d",
                "recipient": [{"to": "name", "from": "name"}, {"to": "mobile", "from": "mobile"}],
                "prefill": rows,
            },
        }
    )  # fmt: skip


def main() -> None:
    """Evaluate row by row, then the mapping as a whole."""
    mapping = compile_mapping(text(), "hostile.yaml")
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ADDRESS_SPACE,) * 2)
    data = {**RECORD, "record": RECORD}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for row in mapping.request.prefill:
        started = time.thread_time()
        _, problem = evaluate_one(row, data, NOW)
        took = time.thread_time() - started
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        message = problem.message if problem else ""
        print(json.dumps({"row": row.to, "problem": message, "seconds": took, "grown": grown}))
    plan = mapping.plan(RECORD, now=NOW)
    assert plan is not None
    print(json.dumps({"given": sorted(plan.prefill), "problems": [p.rule for p in plan.problems]}))


if __name__ == "__main__":
    main()

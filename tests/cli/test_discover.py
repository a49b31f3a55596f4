"""``paraph discover``: names of fields read from upstream and kept for lint."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from connectors.simulated.upstream import Upstream, upstream
from hub.cli import cli
from hub.contracts.connector import Connector
from tests.cli.test_lint import change, mapping
from tests.simulated_house import RECORD, write_files


@pytest.fixture
def world() -> str:
    return uuid4().hex


@pytest.fixture
def config(tmp_path: Path, world: str) -> Path:
    return write_files(tmp_path, world)


@pytest.fixture
def store(world: str) -> Upstream:
    store = upstream(f"{world}-alice")
    store.put("case", "7", {**RECORD, "reason": "", "case": ""})
    return store


def run(config: Path, command: str, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [command, *arguments, "--config", str(config)])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def fields(config: Path) -> str:
    return (config / "fields" / "alice.source.yaml").read_text(encoding="utf-8")


def test_names_are_read_sorted_and_without_values(config: Path, store: Upstream) -> None:
    told = run(config, "discover", "source", "case")
    assert told.startswith("6 fields of source case are in ")
    assert "new: case, mobile, name, reason, state, what" in told
    names = ("case", "mobile", "name", "reason", "state", "what")
    assert fields(config).endswith("tables:\n  case:\n" + "".join(f"    - {n}\n" for n in names))
    assert "Alice" not in fields(config)
    before = fields(config)
    assert "new" not in run(config, "discover", "source", "case")
    assert fields(config) == before


def test_lint_then_knows_the_fields(config: Path, store: Upstream) -> None:
    change(mapping(config), "{to: state, value: Failed}", "{to: stat, value: Failed}")
    run(config, "lint")
    run(config, "discover", "source", "case")  # works while a mapping is faulty
    told = run(config, "lint", code=1)
    assert "unknown field of the source 'stat'" in told
    assert "did you mean 'state'? (or: paraph discover source case, if it is new upstream)" in told


def test_what_has_gone_upstream_is_told(config: Path, store: Upstream) -> None:
    run(config, "discover", "source", "case")
    store.put("note", "1", {"text": "x"})
    run(config, "discover", "source", "note")
    assert "  note:\n    - text\n" in fields(config)
    del store._tables["case"]["7"].fields["reason"]
    assert "gone: reason" in run(config, "discover", "source", "case")
    assert "reason" not in fields(config)
    assert "  note:\n    - text\n" in fields(config)  # other tables stay


def test_a_record_tells_where_the_upstream_does_not(
    config: Path, store: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.simulated.connector import SimulatedConnector

    monkeypatch.setattr(SimulatedConnector, "describe", Connector.describe)
    told = run(config, "discover", "source", "case", code=1)
    assert "does not tell its tables' fields; name a record with --ref" in told
    told = run(config, "discover", "source", "case", "--ref", "7")
    assert "They are those of one record" in told
    store.put("case", "8", {"priority": 1})
    told = run(config, "discover", "source", "case", "--ref", "8")
    assert told.startswith("7 fields")  # those of the first record stay
    assert "new: priority" in told


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("sorce", "case"), 2, "unknown instance 'sorce'; did you mean 'source'?"),
        (("source", "nothing"), 1, "not_found: the upstream has no such table"),
        (("hub_register", "customer"), 0, "are declared; lint knows them already"),
        (("hub_register", "nothing"), 1, "lives in the hub; nothing of it can be discovered"),
    ],
)
def test_what_cannot_be_read_is_told(
    config: Path, store: Upstream, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in run(config, "discover", *arguments, code=code)
    assert not (config / "fields").exists()


def test_only_connectors_have_tables(config: Path) -> None:
    result = CliRunner().invoke(cli, ["discover", "sms", "x", "--config", str(config)])
    assert "'sms' is no connector; only those have tables" in str(result.exception)

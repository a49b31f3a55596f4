"""One hundred faults by chance in good mappings: each is caught by lint or by the mapping's own
examples, with the line that it stands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from hub.contracts.capabilities import Capability as C
from hub.contracts.manifest import Manifest, PluginKind
from hub.kernel.errors import ConfigurationError
from hub.mapping.examples import run_examples
from hub.mapping.known import KnownTables
from hub.mapping.lint import InstanceInfo, lint
from hub.mapping.loader import compile_mapping, load_forms
from hub.registry import find_manifests
from hub.services.inspection import read_files
from hub.services.known_tables import known_tables
from tests.mapping.samples import ROOT
from tests.mapping.seeded_faults import Fault, kinds_of, seeded_faults

SEED = 20260115
COUNT = 100
CONTINUES = re.compile(r" +(from|value|expr|convert|map|default): ")  # a row of several lines
SLICES = 10  # a slice is small enough for a busy machine


@dataclass(frozen=True)
class Erp:
    """A system beside those of the demo, for the offer."""

    kind: PluginKind = PluginKind.CONNECTOR
    capabilities: frozenset[C] = frozenset({C.FETCH, C.UPDATE, C.NOTE, C.READ_BACK})


ERP = KnownTables(
    {
        "offer": (
            "number", "stage", "language", "contact", "mail", "zip", "rows", "signed_at", "total",
            "customer", "reason",
        )
    }
)  # fmt: skip


class Judge:
    """What an integrator sees of a mapping: compile, lint, examples."""

    def __init__(self) -> None:
        files = read_files(ROOT / "config")
        (workspace,) = files.workspaces.values()
        plugins = {manifest.key: manifest for manifest in find_manifests().values()}
        instances: dict[str, Manifest] = {
            key: plugins[one.plugin] for key, one in workspace.instances.items()
        }
        self.instances: Mapping[str, InstanceInfo] = {**instances, "erp": Erp()}
        self.forms, self.texts = load_forms(ROOT / "config" / "forms"), workspace.texts
        self.tables = {**known_tables(files.registry, workspace.key, files.fields), "erp": ERP}
        paths = [*sorted((ROOT / "mappings").glob("*.yaml")), ROOT / "tests/mapping/offer.yaml"]
        self.good = {path.stem: path.read_text(encoding="utf-8") for path in paths}

    def told(self, fault: Fault) -> list[str]:
        """Every problem, as a line."""
        name = f"{fault.mapping}.yaml"
        try:
            mapping = compile_mapping(fault.text, name)
        except ConfigurationError as error:
            return list(error.problems)
        tables = dict(self.tables)
        if fault.lost_field:
            known = tables[mapping.source_instance]
            fields = [f for f in known.fields[mapping.source_table] or () if f != fault.lost_field]
            tables[mapping.source_instance] = KnownTables({mapping.source_table: fields})
        problems = lint(
            mapping, instances=self.instances, forms=self.forms, texts=self.texts, tables=tables
        )
        found = [str(problem) for problem in problems if problem.severity == "error"]
        return found or [str(each) for one in run_examples(mapping) for each in one.problems]


def right_line(fault: Fault, told: list[str]) -> bool:
    """Whether a problem stands at the fault's line, or names it or the row that it belongs to; of a
    line that is gone, whether one stands where its name does."""
    lines = fault.text.splitlines()
    row = fault.line
    while CONTINUES.match(lines[row - 1]):
        row -= 1
    for problem in told:
        place = int(problem.split(":")[1])
        named = {int(number) for number in re.findall(r"line (\d+)", problem)}
        if fault.gone and fault.gone in lines[place - 1] + problem:
            return True
        if not fault.gone and {fault.line, row} & {place, *named}:
            return True
    return False


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.fixture(scope="module")
def faults(judge: Judge) -> list[Fault]:
    return seeded_faults(judge.good, SEED, COUNT)


def test_there_are_a_hundred_of_all_kinds(faults: list[Fault]) -> None:
    assert len(faults) == COUNT
    assert [kind for kind, count in kinds_of(faults) if count < 2] == []
    assert len({fault.mapping for fault in faults}) >= 2


def test_the_mappings_are_good_without_a_fault(judge: Judge) -> None:
    for name, text in judge.good.items():
        assert judge.told(Fault("", name, text, 1, "", "")) == []


@pytest.mark.parametrize("part", range(SLICES))
def test_each_fault_is_caught_with_its_line(judge: Judge, faults: list[Fault], part: int) -> None:
    missed = []
    for fault in faults[part::SLICES]:
        told = judge.told(fault)
        if not right_line(fault, told):
            missed.append(f"{fault}: {told[:2] or 'nothing was told'}")
    assert missed == []

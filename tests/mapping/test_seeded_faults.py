"""One hundred faults by chance in good mappings: each is caught by lint or by the mapping's own
examples, with the line that it stands in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from hub.contracts.capabilities import Capability as C
from hub.contracts.manifest import PluginKind
from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.examples import run_examples
from hub.mapping.known import KnownTables
from hub.mapping.lint import InstanceInfo, lint
from hub.mapping.loader import compile_mapping
from hub.mapping.places import places
from hub.mapping.steps import SOURCE
from hub.mapping.surroundings import Surroundings
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
class Able:
    """An instance that can do everything of its kind."""

    kind: PluginKind
    capabilities: frozenset[C] = frozenset(C) - {C.HOSTED}  # which wants documents


@dataclass(frozen=True)
class Setting:
    """What surrounds one good mapping."""

    text: str
    instances: Mapping[str, InstanceInfo]
    tables: Mapping[str, KnownTables]


class Judge:
    """What an integrator sees of a mapping: compile, lint, examples."""

    def __init__(self) -> None:
        files = read_files(ROOT / "config")
        workspace = files.workspaces["demo"]
        plugins = {manifest.key: manifest for manifest in find_manifests().values()}
        demo = {key: plugins[one.plugin] for key, one in workspace.instances.items()}
        known = known_tables(files.registry, workspace.key, files.fields)
        self.forms, self.texts = files.forms, workspace.texts
        self.around = Surroundings(files.fragments, {})
        self.good: dict[str, Setting] = {}
        # What only examples can see is seen where no row is left out: see test_mutations.
        complete = [files.path("agiloft_information_request")]
        for path in (*complete, ROOT / "tests" / "mapping" / "offer.yaml"):
            text = path.read_text(encoding="utf-8")
            mapping = compile_mapping(text, path.name, self.around)
            others = {} if path.stem in workspace.mappings else instances_of(mapping)
            tables = {**known, **(tables_of(mapping) if others else {})}
            self.good[path.stem] = Setting(text, {**demo, **others}, {**tables, **known})

    @property
    def texts_of_files(self) -> dict[str, str]:
        """The good mappings, by name."""
        return {name: setting.text for name, setting in self.good.items()}

    def told(self, fault: Fault) -> list[str]:
        """Every problem, as a line."""
        setting = self.good[fault.mapping]
        try:
            mapping = compile_mapping(fault.text, f"{fault.mapping}.yaml", self.around)
        except ConfigurationError as error:
            return list(error.problems)
        tables = dict(setting.tables)
        if fault.lost_field:
            known = tables[mapping.source_instance]
            fields = {*(known.fields[mapping.source_table] or ())} - {fault.lost_field}
            left = {**known.fields, mapping.source_table: fields}
            tables[mapping.source_instance] = KnownTables(left)
        problems = lint(
            mapping,
            instances=setting.instances,
            forms=self.forms,
            texts=self.texts,
            tables=tables,
        )
        found = [str(problem) for problem in problems if problem.severity == "error"]
        return found or [str(each) for one in run_examples(mapping) for each in one.problems]


def instances_of(mapping: CompiledMapping) -> dict[str, InstanceInfo]:
    """The instances that a mapping names, as able as any."""
    connectors = [
        step.spec.instance for step in mapping.all_steps() if step.spec.instance != SOURCE
    ]
    return {
        **dict.fromkeys((mapping.source_instance, *connectors), Able(PluginKind.CONNECTOR)),
        **dict.fromkeys(mapping.providers, Able(PluginKind.PROVIDER)),
        **dict.fromkeys(mapping.channels, Able(PluginKind.CHANNEL)),
    }


def tables_of(mapping: CompiledMapping) -> dict[str, KnownTables]:
    """What upstreams must have for a good mapping: what it reads and writes."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    source = found[mapping.source_instance][mapping.source_table]
    for place in places(mapping):
        for _, names in place.reads():
            below = names[1:2] if names[0] == "record" else names[:1]
            if names[0] == "record" or place.step is None:
                source.update(set(below) - {"values", *place.besides})
    for step in mapping.all_steps():
        own = step.spec.instance == SOURCE
        table = source if own else found[step.spec.instance][step.table]
        table.update(row.to for row in step.rows)
    return {key: KnownTables(tables) for key, tables in found.items()}


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
    return seeded_faults(judge.texts_of_files, SEED, COUNT)


def test_there_are_a_hundred_of_all_kinds(faults: list[Fault]) -> None:
    assert len(faults) == COUNT
    assert [kind for kind, count in kinds_of(faults) if count < 2] == []
    assert len({fault.mapping for fault in faults}) >= 2


def test_the_mappings_are_good_without_a_fault(judge: Judge) -> None:
    for name, text in judge.texts_of_files.items():
        assert judge.told(Fault("", name, text, 1, "", "")) == []


@pytest.mark.parametrize("part", range(SLICES))
def test_each_fault_is_caught_with_its_line(judge: Judge, faults: list[Fault], part: int) -> None:
    missed = []
    for fault in faults[part::SLICES]:
        told = judge.told(fault)
        if not right_line(fault, told):
            missed.append(f"{fault}: {told[:2] or 'nothing was told'}")
    assert missed == []

"""What a mapping is checked against: instances, forms, texts, and the tables and fields that are
known of its systems."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from hub.contracts.capabilities import Capability
from hub.contracts.manifest import PluginKind
from hub.mapping.compiled import CompiledMapping
from hub.mapping.forms import FormSpec
from hub.mapping.places import Place, places
from hub.mapping.problems import Path, Problem, unknown_word
from hub.mapping.reads import Names


class InstanceInfo(Protocol):
    """What must be known of an instance; a ``Manifest`` has it."""

    @property
    def kind(self) -> PluginKind:
        """Connector, provider or channel."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it declares."""
        ...


@dataclass(frozen=True)
class KnownTables:
    """What is known of one instance's tables: the fields of each, None where they are not known.

    ``complete``: there are no others. ``renew`` says what to do when a name is right and not among
    them; ``{table}`` stands for the table.
    """

    fields: Mapping[str, Collection[str] | None] = field(default_factory=dict)
    complete: bool = False
    renew: str = ""


NOTHING_KNOWN = KnownTables()


@dataclass(frozen=True)
class Around:
    """A mapping and what surrounds it. ``workspace`` is what messages call the workspace's file,
    ``secrets`` are the names of those that sign webhooks there, ``portal`` is whether it has
    one."""

    mapping: CompiledMapping
    instances: Mapping[str, InstanceInfo]
    forms: Mapping[str, FormSpec]
    texts: Collection[str]
    tables: Mapping[str, KnownTables] = field(default_factory=dict)
    workspace: str = "the workspace's file"
    secrets: Collection[str] = ()
    portal: bool = True

    @cached_property
    def places(self) -> tuple[tuple[Place, tuple[tuple[Path, Names], ...]], ...]:
        """Everything that reads, with the names that it reads; looked for once."""
        return tuple((place, tuple(place.reads())) for place in places(self.mapping))

    def problem(self, path: Path, message: str, severity: str = "error") -> Problem:
        """A problem at ``path`` or, where nothing is written there, at what is around it."""
        document = self.mapping.document
        while path and path not in document.positions:
            path = path[:-1]
        return document.problem(path, message, severity=severity)

    def form_fields(self) -> Collection[str] | None:
        """The fields of the mapping's form; None without one."""
        form = self.forms.get(self.mapping.form or "")
        return None if form is None else [one.name for one in form.fields]

    def fields(self, instance: str, table: str) -> Collection[str] | None:
        """The fields of a table; None when they are not known."""
        return self.tables.get(instance, NOTHING_KNOWN).fields.get(table)

    def source_fields(self) -> Collection[str] | None:
        """The fields of the source's table."""
        return self.fields(self.mapping.source_instance, self.mapping.source_table)

    def unknown_field(self, what: str, name: str, instance: str, table: str) -> str:
        """The sentence about a field that the table does not have."""
        known = self.tables.get(instance, NOTHING_KNOWN)
        said = unknown_word(what, name, known.fields.get(table) or ())
        return said + (f" (or: {known.renew.format(table=table)})" if known.renew else "")

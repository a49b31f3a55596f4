"""Checks a mapping against what surrounds it: instances, forms, texts, the source's fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from hub.contracts.capabilities import Capability
from hub.contracts.manifest import PluginKind
from hub.mapping.compiled import CompiledMapping
from hub.mapping.directions import direction_problems
from hub.mapping.form_schema import check_field_name
from hub.mapping.forms import FormSpec
from hub.mapping.grammar import is_text_key
from hub.mapping.problems import Path, Problem, unknown_word
from hub.mapping.references import row_path
from hub.mapping.rows import Row
from hub.mapping.steps import ATTACH_EVIDENCE, SOURCE, UPDATE, Step

__all__ = ["InstanceInfo", "Problem", "lint"]

# Names below these two are known here; ``form``, ``record`` and ``records`` depend on the file.
_BELOW: Mapping[str, tuple[str, ...]] = {
    "outcome": ("event", "reason", "reason_text", "at"),
    "signature": ("name", "at", "at_local", "order_ref", "provider", "national_id_last"),
}
_NEEDED = {
    "create": Capability.CREATE,
    "update": Capability.UPDATE,
    "note": Capability.NOTE,
    "attach": Capability.ATTACH,
}


# What the language has words for and this version does not do.
_NOTHING_ASKS = ("poll",)


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


def lint(
    mapping: CompiledMapping,
    *,
    instances: Mapping[str, InstanceInfo],
    forms: Mapping[str, FormSpec],
    texts: Collection[str],
    source_fields: Collection[str] | None = None,
) -> list[Problem]:
    """Everything that does not fit, in the order of the file.

    ``source_fields`` are the fields of the source's table; None when they are not known, and then
    paths into the record are not checked.
    """
    check = _Check(mapping, instances, forms, texts, source_fields)
    return sorted(check.all(), key=lambda problem: (problem.line, problem.column))


class _Check:
    """One run over one mapping."""

    def __init__(
        self,
        mapping: CompiledMapping,
        instances: Mapping[str, InstanceInfo],
        forms: Mapping[str, FormSpec],
        texts: Collection[str],
        source_fields: Collection[str] | None,
    ) -> None:
        self.mapping, self.instances, self.forms = mapping, instances, forms
        self.texts, self.source_fields = texts, source_fields
        form = forms.get(mapping.form or "")
        self.form_fields = None if form is None else [field.name for field in form.fields]

    def all(self) -> Iterator[Problem]:
        yield from self._not_yet()
        yield from self._instances()
        yield from self._request()
        for step in self.mapping.all_steps():
            yield from self._step(step)
        yield from self._values()
        yield from direction_problems(self.mapping)
        if not self.mapping.examples:
            message = "the mapping has no example; add at least one under 'examples'"
            yield self._problem(("mapping",), message)

    def _problem(self, path: Path, message: str, severity: str = "error") -> Problem:
        return self.mapping.document.problem(path, message, severity=severity)

    def _not_yet(self) -> Iterator[Problem]:
        """Triggers that would be waited for in vain."""
        for word in _NOTHING_ASKS:
            if word in self.mapping.triggers:
                message = f"this version does not {word}; remove '{word}'"
                yield self._problem(("trigger",), message)

    def _values(self) -> Iterator[Problem]:
        """Values without one of the mapping's own, which the workspace has not set either."""
        for name, value in self.mapping.values.items():
            if value is None:
                message = f"nobody sets '{name}'; write it under 'values' in the workspace's file"
                yield self._problem(("values", name), message)

    def _instances(self) -> Iterator[Problem]:
        mapping, request = self.mapping, ("request",)
        connector = PluginKind.CONNECTOR
        where: Path = ("source", "connector")
        yield from self._uses(mapping.source_instance, where, connector, Capability.FETCH)
        for key in mapping.providers:
            yield from self._uses(key, (*request, "provider"), PluginKind.PROVIDER, None)
        for key in mapping.channels:
            yield from self._uses(key, (*request, "channels"), PluginKind.CHANNEL, None)
        channel = mapping.request.reminders.channel
        if channel:
            where = (*request, "reminders", "channel")
            yield from self._uses(channel, where, PluginKind.CHANNEL, None)
        if mapping.carries_on not in ("hub", "upstream"):
            yield from self._uses(mapping.carries_on, ("carries_on",), connector, None)

    def _uses(
        self, key: str, path: Path, kind: PluginKind, capability: Capability | None
    ) -> Iterator[Problem]:
        """The instance must exist, be of the kind and declare the capability."""
        info = self.instances.get(key)
        if info is None:
            yield self._problem(path, unknown_word("instance", key, list(self.instances)))
        elif info.kind is not kind:
            yield self._problem(path, f"'{key}' is a {info.kind}; name a {kind} here")
        elif capability is not None and capability not in info.capabilities:
            message = f"'{key}' cannot do '{capability}'; name another instance"
            yield self._problem(path, message)

    def _request(self) -> Iterator[Problem]:
        request = self.mapping.request
        if request.form is not None and request.form not in self.forms:
            message = unknown_word("form", request.form, list(self.forms))
            yield self._problem(("request", "form"), message)
        if request.prefill and request.form is None:
            yield self._problem(("request", "prefill"), "needs a form; add 'form' or remove it")
        for part, rows in (("recipient", request.recipient), ("prefill", request.prefill)):
            for index, row in enumerate(rows):
                path: Path = ("request", part, index)
                yield from self._record_path(row, path)
                if part == "prefill" and self.form_fields is not None:
                    fault = check_field_name(row.to, self.form_fields)
                    if fault:
                        yield self._problem((*path, "to"), fault)
        yield from self._record_path(request.language, ("request", "language"))
        if request.number is not None:
            yield from self._record_path(request.number, ("request", "number"))
        yield from self._reachable()

    def _reachable(self) -> Iterator[Problem]:
        """A channel needs a row that gives its kind of address."""
        given = {row.to for row in self.mapping.request.recipient if row.direction != "out"}
        wanted = {Capability.SMS: "mobile", Capability.EMAIL: "email"}
        for key in self.mapping.channels:
            info = self.instances.get(key)
            able = info.capabilities if info is not None else frozenset()
            names = [name for capability, name in wanted.items() if capability in able]
            if names and not given.intersection(names):
                message = f"'{key}' needs '{names[0]}'; add a row with to: {names[0]}"
                yield self._problem(("request", "recipient"), message)

    def _record_path(self, row: Row, path: Path) -> Iterator[Problem]:
        source = row.source.path
        if source is None or self.source_fields is None:
            return
        name = source.root
        if name == "record" and len(source.parts) > 1:
            name = str(source.parts[1])
        if name != "record" and name not in self.source_fields:
            message = unknown_word("field of the source", name, self.source_fields)
            yield self._problem((*path, "from"), message)

    def _step(self, step: Step) -> Iterator[Problem]:
        spec, path = step.spec, step.path
        if spec.kind == ATTACH_EVIDENCE:
            message = "attach: evidence needs the evidence bundle, which this version does not have"
            yield self._problem((*path, "attach"), f"{message} yet; remove it")
            return
        key = self.mapping.source_instance if spec.instance == SOURCE else spec.instance
        yield from self._uses(key, path, PluginKind.CONNECTOR, _NEEDED[spec.kind])
        if step.text and is_text_key(step.text) and step.text not in self.texts:
            yield self._problem(path, unknown_word("text", step.text, self.texts))
        for index, row in enumerate(step.rows):
            at = row_path(self.mapping, step, row, index)
            yield from self._context_path(row, at)
            writes_back = spec.kind == UPDATE and spec.instance == SOURCE
            known = self.source_fields
            if writes_back and known is not None and row.to not in known:
                message = unknown_word("field of the source", row.to, known)
                yield self._problem((*at, "to"), message)

    def _context_path(self, row: Row, path: Path) -> Iterator[Problem]:
        source = row.source.path
        if source is None or len(source.parts) < 2:
            return
        root, name = source.root, str(source.parts[1])
        known: Collection[str] | None = _BELOW.get(root)
        if root == "form":
            known = self.form_fields
        elif root == "record":
            known = self.source_fields
        if known is not None and name not in known:
            what = "form field" if root == "form" else f"name below '{root}'"
            yield self._problem((*path, "from"), unknown_word(what, name, known))

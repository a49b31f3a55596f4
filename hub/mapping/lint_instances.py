"""Whether the instances that a mapping names are there, are of the right kind, and can do what the
mapping wants of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hub.contracts.capabilities import Capability as C
from hub.contracts.events import EventKind
from hub.contracts.manifest import PluginKind
from hub.contracts.papers import COPY
from hub.mapping.compiled import ON_CALL
from hub.mapping.known import NOTHING_KNOWN, Around
from hub.mapping.lint_papers import paper_problems
from hub.mapping.lint_sendings import sending_problems
from hub.mapping.problems import Path, Problem, unknown_word
from hub.mapping.sendings import AIMS
from hub.mapping.steps import ATTACH, SOURCE, UPDATE, Step

# A step's kind → what the instance must be able to do; of several, one is enough.
_NEEDED = {
    "create": (C.CREATE,),
    "update": (C.UPDATE,),
    "note": (C.NOTE,),
    ATTACH: (C.ATTACH,),
}
# What only a provider that tells who signed can give. On the canvas people write their name, and
# who keeps the document tells it with its survey.
_WHO = {"name": (C.IDENTITY, C.CANVAS, C.HOSTED), "national_id_last": (C.IDENTITY,)}
_OWN_PAGES = (C.INTERACTIVE,)
_ADDRESS = {C.SMS: "mobile", C.EMAIL: "email"}


def instance_problems(around: Around) -> Iterator[Problem]:
    """Everything about instances."""
    mapping = around.mapping
    source: Path = ("source", "connector")
    connector = PluginKind.CONNECTOR
    yield from _uses(around, mapping.source_instance, source, connector, (C.FETCH,))
    if "webhook" in mapping.triggers:
        mend = "nobody will call, remove 'webhook'"
        at: Path = ("trigger",)
        found = _able(around, mapping.source_instance, at, (C.HOOK,), "'webhook'", mend)
        yield from map(_warning, found)
    if "poll" in mapping.triggers:
        mend = "it cannot tell what changed, remove 'poll'"
        yield from _able(
            around, mapping.source_instance, ("trigger",), (C.CHANGES,), "'poll'", mend
        )
    yield from _table(around, mapping.source_instance, mapping.source_table, ("source", "table"))
    if mapping.carries_on not in ("hub", "upstream"):
        yield from _uses(around, mapping.carries_on, ("carries_on",), connector)
    yield from _providers(around)
    yield from _channels(around)
    yield from paper_problems(around)
    for step in mapping.all_steps():
        yield from _step(around, step)


def _uses(
    around: Around, key: str, path: Path, kind: PluginKind, needed: tuple[C, ...] = ()
) -> Iterator[Problem]:
    """The instance must exist, be of the kind, and declare one of ``needed``."""
    info = around.instances.get(key)
    if info is None:
        yield around.problem(path, unknown_word("instance", key, list(around.instances)))
    elif info.kind is not kind:
        yield around.problem(path, f"'{key}' is a {info.kind}; name a {kind} here")
    elif needed and not info.capabilities.intersection(needed):
        yield around.problem(path, f"'{key}' cannot do '{needed[0]}'; name another instance")


def _able(
    around: Around, key: str, path: Path, needed: tuple[C, ...], why: str, mend: str = ""
) -> Iterator[Problem]:
    """An instance that is there must declare one of ``needed``, because of ``why``."""
    info = around.instances.get(key)
    if info is not None and not info.capabilities.intersection(needed):
        words = " or ".join(f"'{each}'" for each in needed)
        message = f"{why} needs {words}, which '{key}' cannot do"
        yield around.problem(path, f"{message}; {mend or 'name another instance or remove it'}")


def _providers(around: Around) -> Iterator[Problem]:
    mapping, path = around.mapping, ("request", "provider")
    for key in mapping.providers:
        yield from _uses(around, key, path, PluginKind.PROVIDER)
        info = around.instances.get(key)
        if info is None or info.kind is not PluginKind.PROVIDER:
            continue
        signs = (C.INTERACTIVE, C.HOSTED)
        yield from _able(around, key, path, signs, "a signature")
        yield from _able(around, key, path, (C.POLL, C.HOOK, C.CANVAS), "knowing how it ended")
        yield from _able(around, key, path, (C.EVIDENCE,), "proving a signature")
        if C.HOSTED in info.capabilities:
            yield from _hosted(around, key, path)
        yield from _identity(around, key)
    for key in mapping.providers[:-1]:
        why = "withdrawing an order before the next provider takes over"
        found = _able(around, key, path, (C.CANCEL,), why, "put it last")
        yield from map(_warning, found)


def _hosted(around: Around, key: str, path: Path) -> Iterator[Problem]:
    """Who keeps the document needs one, and has no pages for the hub's own forms."""
    request, keeps = around.mapping.request, f"'{key}' keeps what is signed itself"
    if not request.documents and request.lines is None:
        yield around.problem(path, f"{keeps}; add 'documents', or name another provider")
    if request.form is not None:
        mend = "name a provider that signs on the hub's pages, or remove it"
        yield from _able(around, key, ("request", "form"), _OWN_PAGES, "'form'", mend)


def _identity(around: Around, key: str) -> Iterator[Problem]:
    """Who signed is known only where the provider tells it."""
    for person in around.mapping.request.people:
        for index, row in enumerate(person.rows):
            if row.to == "national_id":
                needed = (C.ENFORCES_PERSON, C.IDENTITY)
                why = "letting only one person sign"
                yield from _able(around, key, (*person.path, index), needed, why)
    for place, reads in around.places:
        for at, names in reads if place.step is not None else ():
            below = 2 if names[0] == "signatures" else 1
            name = names[below] if len(names) > below else ""
            if names[0] in ("signature", "signatures") and name in _WHO:
                why = ".".join(names[: below + 1])
                yield from _able(around, key, at, _WHO[name], why)


def _channels(around: Around) -> Iterator[Problem]:
    mapping, path = around.mapping, ("request", "channels")
    for key in mapping.channels:
        yield from _uses(around, key, path, PluginKind.CHANNEL, (C.SMS, C.EMAIL))
    channel = mapping.request.reminders.channel
    if channel:
        at = ("request", "reminders", "channel")
        yield from _uses(around, channel, at, PluginKind.CHANNEL, (C.SMS, C.EMAIL))
    for person in mapping.request.people:
        if person.role == COPY:
            continue  # nobody invites one: see lint_papers for what comes in the end
        given = {row.to for row in person.rows if row.direction != "out"}
        for key in dict.fromkeys((*mapping.channels, *([channel] if channel else ()))):
            info = around.instances.get(key)
            able = info.capabilities if info is not None else frozenset()
            names = [name for capability, name in _ADDRESS.items() if capability in able]
            if names and not given.intersection(names):
                message = f"'{key}' needs '{names[0]}'; add a row with to: {names[0]}"
                yield around.problem(person.path, message)
    yield from _told(around)


def _told(around: Around) -> Iterator[Problem]:
    """Without a channel that reports, ``unreachable`` is known of refused messages only."""
    used = [around.instances.get(key) for key in around.mapping.channels]
    if any(info is None or C.REPORTS in info.capabilities for info in used):
        return
    message = "only messages that are refused at once lead here, since no channel tells of others"
    for path in dict.fromkeys(step.path[:2] for step in around.mapping.all_steps()):
        if path[1:] == (EventKind.UNREACHABLE,):
            fault = around.problem(path, f"{message}; name a channel that can do 'reports'")
            yield _warning(fault)


def _step(around: Around, step: Step) -> Iterator[Problem]:
    spec = step.spec
    if spec.kind in AIMS:
        yield from sending_problems(around, step)
        return
    key = around.mapping.source_instance if spec.instance == SOURCE else spec.instance
    at = instance_path(step)
    yield from _uses(around, key, at, PluginKind.CONNECTOR, _NEEDED[step.action])
    if spec.kind == UPDATE:  # what was written is read again and compared
        yield from _able(around, key, at, (C.READ_BACK, C.FETCH), "reading back what is written")
    if spec.instance != SOURCE:
        yield from _table(around, key, step.table, (*at[:-1], "table"))


def _table(around: Around, key: str, table: str, path: Path) -> Iterator[Problem]:
    """Where some of the instance's tables are known, this one should be among them."""
    known = around.tables.get(key, NOTHING_KNOWN)
    if table in known.fields or not (known.complete or known.fields):
        return
    message = unknown_word(f"table of '{key}'", table, list(known.fields))
    if known.complete or "did you mean" in message:
        yield around.problem(path, message)
    elif known.renew:
        message = f"the fields of '{table}' are not known, so names are not checked"
        yield around.problem(path, f"{message}; {known.renew.format(table=table)}", "warning")


def instance_path(step: Step) -> Path:
    """Where a step names its instance."""
    if step.path[0] == "records":
        return (*step.path[:2], "in")
    if step.path[0] in ("then", ON_CALL):
        return (*step.path, step.action, "in")
    return step.path


def _warning(problem: Problem) -> Problem:
    return replace(problem, severity="warning")

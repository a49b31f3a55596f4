"""How the people, documents and attachments of a request came about; a part of ``explain``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hub.mapping.notify import RULE, NotifyRule
from hub.mapping.papers import PaperPlan, PaperRule
from hub.mapping.people import PersonRule, in_language
from hub.mapping.plan import RequestPlan, RequestRule
from hub.mapping.problems import Path
from hub.mapping.rows import UNSET, Row, Source
from hub.mapping.share import RULE as SHARE
from hub.mapping.share import ShareRule
from hub.mapping.watched import Watch

_CONTENT = {"attachment": "file", "url": "url", "base64": "content"}


def watched_parts(rule: RequestRule, watch: Watch) -> RequestRule:
    """A request whose people and papers take notes."""
    return replace(
        rule,
        people=tuple(_person(one, watch) for one in rule.people),
        documents=tuple(_paper(one, watch) for one in rule.documents),
        attachments=tuple(_paper(one, watch) for one in rule.attachments),
        notify=_notify(rule.notify, watch) if rule.notify is not None else None,
        share=_share(rule.share, watch) if rule.share is not None else None,
    )


def planned_part(plan: RequestPlan, row: Row) -> Any:
    """The value in the plan that came of a row of somebody, or of a paper; else ``UNSET``."""
    part, key, name = _names(row.rule)
    if part == "recipient":
        return getattr(plan.recipients[0], row.to, None)
    if part == "notify":
        return getattr(plan.notify, key, UNSET)
    if part == "share":
        return getattr(plan.share, "audience" if key == "with" else key, UNSET)
    if part == "recipients":
        person = next((one for one in plan.recipients if one.key == key), None)
        return getattr(person, name, None)
    papers = {"documents": plan.documents, "attachments": plan.attachments}.get(part, ())
    paper = next((one for one in papers if one.key == key), None)
    return UNSET if paper is None else _of_paper(paper, name)


def titles(
    rule: RequestRule, plan: RequestPlan, language: str
) -> Iterator[tuple[str, Path, str, str]]:
    """Rule, place, template and what was made of it, of each paper's title and file name."""
    made = {one.key: one for one in (*plan.documents, *plan.attachments)}
    for paper in rule.papers:
        if paper.items is not None or paper.key not in made:
            continue
        one = made[paper.key]
        told = (("title", in_language(paper.title, language), one.title),)
        for name, template, text in (*told, ("file_name", paper.file_name, one.file_name)):
            if template:
                yield f"{paper.rule}.{name}", (*paper.path, name), template, text


def is_counted(rule: str) -> bool:
    """Whether a rule is evaluated once for each entry of a list."""
    each = ("request.lines.", "request.attachments.", "request.share.contacts.")
    return rule.startswith(each)


def counted(row: Row, position: int) -> str:
    """What messages call such a row of one entry."""
    stem, _, name = row.rule.rpartition(".")
    return f"{stem}[{position}].{name}"


def _names(rule: str) -> tuple[str, str, str]:
    parts = [*rule.split("."), "", "", ""]
    return parts[1], parts[2], parts[3]


def _of_paper(paper: PaperPlan, name: str) -> Any:
    source = paper.source
    if name in _CONTENT:
        return source.get(_CONTENT[name], UNSET)
    if name == "must_view":
        return paper.must_view
    return source.get("values", {}).get(name, UNSET)


def _person(one: PersonRule, watch: Watch) -> PersonRule:
    when = watch.condition(one.when, f"{one.rule}.when", (*one.path[:-1], "when"))
    return replace(one, when=when, rows=watch.rows(one.rows, one.path))


def _notify(rule: NotifyRule, watch: Watch) -> NotifyRule:
    watched: dict[str, Any] = {}
    for name, source in rule.sources():
        row = Row(name, source, rule=f"{RULE}.{name}")
        watched[name] = watch.row(row, ("request", "notify", name)).source
    return replace(rule, **watched)


def _share(rule: ShareRule, watch: Watch) -> ShareRule:
    def source(name: str, source: Source, *at: str) -> Source:
        row = Row(name, source, rule=".".join((SHARE, *at, name)))
        return watch.row(row, ("request", "share", *at, name)).source

    watched = {name: source(name, one) for name, one in rule.sources()}
    items = rule.items
    return replace(
        rule,
        audience=watched["with"],
        customer=watched.get("customer"),
        customer_name=watched.get("customer_name"),
        archive_when=watch.condition(
            rule.archive_when, f"{SHARE}.archive_when", ("request", "share", "archive_when")
        ),
        items=source("for_each", items, "contacts") if items is not None else None,
        rows=watch.rows(rule.rows, ("request", "share", "contacts", "rows")),
    )


def _paper(one: PaperRule, watch: Watch) -> PaperRule:
    def source(name: str, source: Source | None) -> Source | None:
        if source is None:
            return None
        row = Row(name, source, rule=f"{one.rule}.{name}")
        return watch.row(row, (*one.path, name)).source

    return replace(
        one,
        when=watch.condition(one.when, f"{one.rule}.when", (*one.path, "when")),
        items=source("for_each", one.items),
        source=source(one.kind, one.source),
        must_view=source("must_view", one.must_view),
        rows=watch.rows(one.rows, (*one.path, "rows")),
    )

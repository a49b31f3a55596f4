"""Whether the ERP, the provider and the hub end in the same state, with each effect there once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.services.hosted import rows
from hub.storage.models import Delivery, Request, RequestEvent

if TYPE_CHECKING:
    from tests.story_a.world import World

_REFUSED = "provider_rejected"
# Request → what stands on the record, and what the document at the provider may be.
STATES = {
    "completed": ("Signed", {"signed"}),
    "declined": ("Declined", {"rejected"}),
    "expired": ("Expired", {"recalled", "expired"}),
    "failed": ("Failed", {"recalled", "expired"}),
    "cancelled": ("Withdrawn", {"recalled", "expired"}),
}


@dataclass
class Job:
    """One record and what its customer was drawn to do; ``done`` is what the provider took."""

    mapping: str
    number: str
    answer: str
    done: str = ""
    accepted: set[int] = field(default_factory=set)
    chat: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def offered(self, world: World) -> dict[int, bool]:
        """The lines that are offered, and whether each may be taken or left."""
        lines = world.lines(self.mapping, self.number)
        if self.mapping == "offer":
            return {number: bool(one["Optional"]) for number, one in lines.items()}
        return {
            number: True
            for number, one in lines.items()
            if one["Job_Line"] and not one["Quantity_Invoiced"]
            and one["Step"] in ("Offered", "Priced", "Decided")
        }  # fmt: skip


def judge(world: World, jobs: list[Job], *, refused: bool = False) -> list[str]:
    """Everything that is wrong, in words. ``refused``: the provider has refused something for no
    reason, which may end a request; it ends in one state at all sides all the same."""
    found = [f"{job.mapping} {job.number}: {one}" for job in jobs for one in _job(world, job)]
    found += _everywhere(world, jobs)
    return [one for one in found if not (refused and _REFUSED in one)]


def _job(world: World, job: Job) -> Iterator[str]:
    request = world.request(job.mapping, job.number)
    if request is None:
        yield "there is no request"
        return
    if request.state not in STATES:
        yield f"the request is still {request.state}"
        return
    wanted, there = STATES[request.state]
    said = str(world.record(job.mapping, job.number).values["Digital_Status"])
    if said != wanted:
        yield f"the record says {said}, the request {request.state} ({request.reason})"
    yield from _provider(world, request, there, job)
    yield from _answered(request, job)
    yield from _lines(world, request, job)
    yield from _hanging(world, request, job)


def _provider(world: World, request: Request, there: set[str], job: Job) -> Iterator[str]:
    documents = {one["id"]: one for one in world.site.control("GET", "documents")}
    late = any(
        one.kind == "late" and one.request_id == request.id for one in world.rows(RequestEvent)
    )
    for row in world.agreements(request):
        named = [one for one in documents.values() if one.get("external_id") == row.external_id]
        if len(named) > 1:
            yield f"{len(named)} documents for agreement {row.number}"
        for one in named:
            fits = one["status"] in there
            if not fits and not (one["status"] in ("signed", "rejected") and late):
                yield f"the provider says {one['status']}, the request {request.state}"
            if row.reference and row.reference != one["id"]:
                yield "the hub knows another document"
        if row.status == rows.STANDING:
            yield "the agreement still stands"
        if request.state == "completed" and (not named or row.reference != named[0]["id"]):
            yield "completed without its document"
        if sum(one["status"] == "signed" for one in named) and request.state == "completed":
            mine = world.record(job.mapping, job.number).values["Digital_Document_Id"]
            if mine != row.reference:
                yield f"the record names document {mine!r}"


def _answered(request: Request, job: Job) -> Iterator[str]:
    """What the customer did before anybody withdrew it counts."""
    if job.done == "sign" and job.answer == "sign" and request.state != "completed":
        yield f"signed there, {request.state} here"
    if job.done == "reject" and request.state != "declined":
        yield f"declined there, {request.state} here"
    if request.state == "failed" and request.reason != "no_answer":
        yield f"failed: {request.reason} {request.reason_detail}"
    if not job.done and request.state in ("completed", "declined"):
        yield f"{request.state} although nobody answered"


def _lines(world: World, request: Request, job: Job) -> Iterator[str]:
    lines = world.lines(job.mapping, job.number)
    offered = job.offered(world) if request.state == "completed" else {}
    for number, one in lines.items():
        wanted = ""
        if number in offered:
            wanted = "Accepted" if number in job.accepted else "Declined"
        said = str(one["Decision"]).replace("_blank_", "")
        if said != wanted:
            yield f"line {number} says {said!r} instead of {wanted!r}"
        if wanted and job.mapping == "sale" and one["Step"] != "Decided":
            yield f"line {number} is at step {one['Step']}"
    if request.state == "completed":
        total = sum((lines[one]["Amount_Including_VAT"] for one in job.accepted), Decimal(0))
        said_total = world.record(job.mapping, job.number).values["Accepted_Total"]
        if Decimal(said_total) != total:
            yield f"accepted total {said_total} instead of {total}"


def _hanging(world: World, request: Request, job: Job) -> Iterator[str]:
    notes = Counter(
        str(one.values["Text"]) for one in world.hanging("Note", job.mapping, job.number)
    )
    wanted: Counter[str] = Counter(f"Chat: {one}" for one in job.chat)
    if request.state == "completed":
        wanted[next((one for one in notes if one.startswith("Signed by ")), "Signed by ?")] += 1
    if request.state == "declined":
        wanted["Declined"] += 1
    late = notes.pop("Late answer", 0)
    if late > 1:
        yield f"{late} notes of a late answer"
    missing, over = wanted - notes, notes - wanted
    if over or (missing and (request.state == "completed" or any(
        not one.startswith("Chat") for one in missing))):  # fmt: skip
        yield f"notes missing {dict(missing)}, over {dict(over)}"
    names = [
        str(one.values["File_Name"]).rpartition(".")[2]
        for one in world.hanging("Attachment", job.mapping, job.number)
        if str(one.values["File_Name"]).startswith(("signed", "evidence"))
    ]
    files = ["pdf", "zip"] if request.state == "completed" else []
    if sorted(names) != files:
        yield f"attached files {names}"


def _everywhere(world: World, jobs: list[Job]) -> Iterator[str]:
    documents = world.site.control("GET", "documents")
    external = Counter(one.get("external_id") for one in documents)
    twice = [name for name, count in external.items() if count > 1]
    if twice:
        yield f"documents created twice: {twice}"
    for one in documents:
        said = Counter(comment["text"] for comment in one["comments"])
        if again := [text for text, count in said.items() if count > 1]:
            yield f"said twice at the provider: {again}"
    sales = {job.number for job in jobs if job.mapping == "sale"}
    done = {one.source_id for one in world.rows(Request) if one.state == "completed"}
    copies = Counter(
        str(one.values["Your_Reference"])
        for one in world.erp.company.all("Sales_Header")
        if one.values["Document_Type"] == "Quote" and one.values["Your_Reference"]
    )
    if copies != Counter(sales & done):
        yield f"quotes that were copied: {dict(copies)}"
    sent = Counter(one.message.text for one in world.gateway.taken() if "http" in one.message.text)
    if again := [text for text, count in sent.items() if count > 1]:
        yield f"sent twice: {again}"
    yield from _owed(world)
    if bad := [one for one in world.site.violations() if _is_bad(one)]:
        yield f"violations: {bad[:3]}"


def _owed(world: World) -> Iterator[str]:
    for one in world.rows(Delivery):
        if one.state not in ("delivered", "cancelled", "discarded"):
            said = (
                _REFUSED
                if one.kind in ("place", "say") and one.error_code == "rejected"
                else one.error_code
            )
            yield f"{one.kind} {one.step} is {one.state}: {said} {one.error_detail}"


def _is_bad(one: dict[str, Any]) -> bool:
    """A webhook without https is this test's; a refused sign-in is a password that was changed;
    what was taken back is looked for once more."""
    return not ("https" in one["text"] or one["operation"] == "auth" or one["status"] in (401, 404))

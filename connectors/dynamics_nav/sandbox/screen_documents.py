"""A quote or an order on the screen: sending, files, job lines and their steps, chat, notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from connectors.dynamics_nav.sandbox import as_json, sendings
from connectors.dynamics_nav.sandbox.desk import Entry
from connectors.dynamics_nav.sandbox.errors import HttpError, NavError
from connectors.dynamics_nav.sandbox.schema import Page
from connectors.dynamics_nav.sandbox.screen_words import STEPS
from connectors.dynamics_nav.sandbox.store import Row
from connectors.dynamics_nav.sandbox.words import text_of

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

_SECTIONS = {"quotes": ("Quote", "SalesQuote"), "orders": ("Order", "SalesOrder")}
_PERSON = "Bob"
Shown = AnyResponse | tuple[str, int]
# what a person may edit in the head of a document
EDITABLE = {
    "Sell_to_Contact": "Kontakt",
    "Sell_to_Phone_No": "Mobil",
    "Sell_to_E_Mail": "E-post",
    "Object_Description": "Objekt",
    "Registration_Mark": "Reg.nr / serienr",
    "Your_Reference": "Er referens",
    "Currency_Code": "Valuta",
}
_NEW_LINE = ("Type", "No", "Description", "Quantity", "Unit_Price", "Optional", "Job_Line", "Step")


class DocumentScreen:
    """Routes under ``/quotes/<number>`` and ``/orders/<number>``."""

    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox
        self._desk = sandbox.desk
        self._hub = sandbox.hub

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        posts: dict[str, Callable[[str, str], Shown]] = {
            "send": self.send, "upload": self.upload, "note": self.note, "line": self.line,
            "step": self.step, "copy": self.copy, "release": self.release, "order": self.order,
        }  # fmt: skip
        for section in _SECTIONS:
            where, known = f"/{section}/<number>", {"section": section}
            add = blueprint.add_url_rule
            add(where, f"{section}_one", self.one, defaults=known)
            add(f"{where}.json", f"{section}_state", self.state, defaults=known)
            add(f"{where}/edit", f"{section}_edit", self.edit, defaults=known,
                methods=["GET", "POST"])  # fmt: skip
            for name, view in posts.items():
                add(f"{where}/{name}", f"{section}_{name}", view, defaults=known, methods=["POST"])
        blueprint.add_url_rule("/files/<int:file>", "file", self.file)

    def one(self, section: str, number: str, error: str = "") -> str:
        """The page of one document."""
        with self._sandbox.store.guard:
            row = self._row(section, number)
            return render_template(
                "document.html", section=section, error=error, **self._shown(section, row)
            )

    def state(self, section: str, number: str) -> Response:
        """What the page's script asks for, whether anything has changed; and what the page shows,
        for those who read it without eyes."""
        company = self._sandbox.company
        with self._sandbox.store.guard:
            row = self._row(section, number)
            hanging = [
                one.version
                for table in ("Note", "Attachment")
                for one in self._hub.hanging(company, table, row)
            ]
            told = as_json.document(self._desk, self._hub, company, row)
        for file in told["files"]:
            file["url"] = url_for("screen.file", file=file["id"], _external=True)
        links = len(self._sandbox.addresses)  # the buttons work as soon as the hub has told them
        version = f"{row.version}.{max(hanging, default=0)}.{len(hanging)}.{links}"
        return jsonify(version=version, **told)

    def edit(self, section: str, number: str) -> AnyResponse | str:
        """The form for the head."""
        row, error = self._row(section, number), ""
        shown: Mapping[str, Any] = row.values
        if request.method == "POST":
            given = {name: request.form.get(name, "").strip() for name in EDITABLE}
            try:
                self._desk.update(self._sandbox.company, self._page(section), row, Entry(given))
                return self._back(section, number)
            except NavError as refusal:
                shown, error = {**shown, **given}, text_of(refusal, "sv")
        return render_template(
            "edit.html", section=section, record=shown, fields=EDITABLE, error=error
        )

    def send(self, section: str, number: str) -> AnyResponse:
        """Keep which files go along, then open the hub's page for this kind of document."""
        row, company = self._row(section, number), self._sandbox.company
        kind = request.form.get("kind", "")
        if kind not in sendings.KINDS[_SECTIONS[section][0]]:
            raise HttpError(404)
        chosen, seen = set(request.form.getlist("chosen")), set(request.form.getlist("must_view"))
        with self._sandbox.store.transaction():
            for file in self._hub.hanging(company, "Attachment", row):
                name = str(file.key[0])
                marks = {"Chosen": name in chosen, "Must_View": name in chosen & seen}
                if any(file.values[mark] != value for mark, value in marks.items()):
                    self._sandbox.store.change(company, file, marks)
        link = sendings.address(self._sandbox.addresses, f"button.{kind}", row.values)
        return redirect(link) if link else self._back(section, number)

    def upload(self, section: str, number: str) -> AnyResponse:
        """A picture or another file onto the document."""
        row, file = self._row(section, number), request.files.get("file")
        if file is not None and file.filename:
            self._hub.attach(
                self._sandbox.company, row, file.filename, file.mimetype, file.read(), Chosen=True
            )
        return self._back(section, number, "files")

    def note(self, section: str, number: str) -> AnyResponse:
        """A note."""
        row, text = self._row(section, number), request.form.get("text", "").strip()
        if text:
            at = self._sandbox.store.clock.now()
            self._hub.note(
                self._sandbox.company, row, Kind="Note", Author=_PERSON, Text=text, Created_At=at
            )
        return self._back(section, number, "notes")

    def line(self, section: str, number: str) -> Shown:
        """A new line."""
        part, row = self._page(section).parts["SalesLines"], self._row(section, number)
        given = {n: request.form[n].strip() for n in _NEW_LINE if request.form.get(n, "").strip()}
        if "No" in given:
            given = {"Type": "Item", **given}  # which brings the article's words and price
        for name in ("Quantity", "Unit_Price"):
            if name in given:
                given[name] = given[name].replace(" ", "").replace(",", ".")
        fitting = {n: v for n, v in given.items() if n in part.fields}
        return self._try(section, number, lambda: self._desk.add_line(
            self._sandbox.company, part, row, Entry(fitting)))  # fmt: skip

    def step(self, section: str, number: str) -> Shown:
        """The next step of a job line; a decision taken by hand ends it."""
        part, company = self._page(section).parts["SalesLines"], self._sandbox.company
        row = self._row(section, number)
        line = company.get("Sales_Line", (*row.key, _whole(request.form.get("line"))))
        if line is None:
            raise HttpError(404)
        decision, step = request.form.get("decision", ""), line.values["Step"]
        given: dict[str, Any]
        if decision in ("Accepted", "Declined"):
            now = self._sandbox.store.clock.now().isoformat()
            given = {"Step": "Decided", "Decision": decision, "Decided_At": now}
        else:
            at = STEPS.index(step) + 1 if step in STEPS else 0
            given = {"Step": STEPS[min(at, 2)]}  # decided is what the customer does
        return self._try(
            section, number, lambda: self._desk.update(company, part, line, Entry(given))
        )

    def copy(self, section: str, number: str) -> Shown:
        """Declined job lines become a new quote."""
        lines = [_whole(text) for text in request.form.getlist("line")]
        if section != "orders" or not lines:
            return self._back(section, number)
        made: list[str] = []
        company = self._sandbox.company
        answer = self._try(
            section,
            number,
            lambda: made.append(self._hub.copy_to_quote(company, number, lines)),
        )
        return self._back("quotes", made[0]) if made else answer

    def release(self, section: str, number: str) -> Shown:
        """Release, or open again."""
        kind, company = _SECTIONS[section][0], self._sandbox.company
        released = self._row(section, number).values["Status"] == "Released"
        turn = self._hub.reopen if released else self._hub.release
        return self._try(section, number, lambda: turn(company, kind, number))

    def order(self, section: str, number: str) -> Shown:
        """An order from the quote."""
        made: list[str] = []
        answer = self._try(
            section,
            number,
            lambda: made.append(self._hub.make_order(self._sandbox.company, number)),
        )
        return self._back("orders", made[0]) if made else answer

    def file(self, file: int) -> Response:
        """One file's bytes; only pictures are shown in the page."""
        found = self._sandbox.company.get("Attachment", (file,))
        if found is None:
            raise HttpError(404)
        kind = str(found.values["Content_Type"]) or "application/octet-stream"
        response = Response(found.content, content_type=kind)
        way = "inline" if kind in ("image/png", "image/jpeg", "image/webp") else "attachment"
        response.headers.set("Content-Disposition", way, filename=found.values["File_Name"])
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _shown(self, section: str, row: Row) -> dict[str, Any]:
        company, links = self._sandbox.company, self._sandbox.addresses
        record = self._desk.values(company, row)
        lines = [line.values for line in company.lines_of(row)]
        notes = [note.values for note in self._hub.hanging(company, "Note", row)]
        kinds = sendings.KINDS[_SECTIONS[section][0]]
        return {
            "record": record,
            "lines": [line for line in lines if not line["Job_Line"]],
            "jobs": [line for line in lines if line["Job_Line"]],
            "files": [file.values for file in self._hub.hanging(company, "Attachment", row)],
            "notes": [note for note in notes if note["Kind"] == "Note"],
            "chat": [note for note in notes if note["Kind"] == "Chat"],
            "items": self._sandbox.seed["items"],
            "kinds": kinds,
            "preferred": sendings.preferred(row.values),
            "can_send": any(sendings.address(links, f"button.{k}", record) for k in kinds),
            "check": sendings.address(links, "check", record),
            "cancel": sendings.address(links, "cancel", record),
        }

    def _try(self, section: str, number: str, work: Callable[[], object]) -> Shown:
        """Do it; a refusal stands on the page, in words."""
        try:
            work()
        except NavError as refusal:
            return self.one(section, number, text_of(refusal, "sv")), 400
        return self._back(section, number)

    def _row(self, section: str, number: str) -> Row:
        row = self._sandbox.company.get("Sales_Header", (_SECTIONS[section][0], number))
        if row is None:
            raise HttpError(404)
        return row

    def _page(self, section: str) -> Page:
        return self._sandbox.store.objects.pages[_SECTIONS[section][1]]

    def _back(self, section: str, number: str, anchor: str = "") -> AnyResponse:
        return redirect(
            url_for(f"screen.{section}_one", number=number, _anchor=anchor or None), 303
        )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0

"""The people's screen: cases, one case with its history, an edit form that locks, webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.schema import BUTTON, FILE, LINKED, MULTI, Field
from connectors.agiloft.sandbox.store import Actor

if TYPE_CHECKING:
    from connectors.agiloft.sandbox.simulator import AgiloftSandbox

TABLE = "service_case"
BUTTON_FIELD = "send_for_signature"
PERSON = Actor("alice", "Web")
_STATE_TONES = {
    "Signed": "good",
    "Failed": "bad",
    "Declined": "bad",
    "Requested": "busy",
    "Sent": "busy",
}


class Screen:
    """Pages of the simulated ticket system. Nobody signs in: you are Alice."""

    def __init__(self, sandbox: AgiloftSandbox) -> None:
        self._sandbox = sandbox
        self._store = sandbox.store

    def blueprint(self) -> Blueprint:
        """The routes."""
        made = Blueprint("screen", __name__)
        add = made.add_url_rule
        add("/", "home", view_func=lambda: redirect(url_for("screen.cases")))
        add("/cases", view_func=self.cases)
        add("/cases/<int:record_id>", view_func=self.case)
        add("/cases/<int:record_id>.json", view_func=self.values)
        add("/cases/<int:record_id>/edit", view_func=self.edit, methods=["GET", "POST"])
        add("/cases/<int:record_id>/release", view_func=self.release, methods=["POST"])
        add("/cases/<int:record_id>/press", view_func=self.press, methods=["POST"])
        add("/cases/<int:record_id>/files/<name>/<int:position>", view_func=self.file)
        add("/webhooks", view_func=self.webhooks, methods=["GET", "POST"])
        made.register_error_handler(EwError, self._refused)
        made.add_app_template_filter(_moment, "moment")
        made.add_app_template_filter(lambda v: _STATE_TONES.get(v, "calm"), "tone")
        return made

    def cases(self) -> str:
        """The list."""
        text = request.args.get("q", "").strip()
        rows = self._store.search(TABLE, "")
        if text:
            found = text.casefold()
            rows = [r for r in rows if any(found in str(v).casefold() for v in r.values())]
        return self._page("cases.html", rows=rows, text=text)

    def case(self, record_id: int) -> str:
        """One case."""
        record = self._store.read(TABLE, record_id)
        definition = self._store.table(TABLE).buttons.get(BUTTON_FIELD, {})
        link = self._sandbox.button_link(TABLE, record_id) if definition.get("link") else ""
        return self._page(
            "case.html",
            record=record,
            groups=self._groups(),
            history=self._history(record_id),
            lock=self._store.lock_of(TABLE, record_id),
            link=link,
            said=request.args.get("said", ""),
        )

    def values(self, record_id: int) -> Response:
        """What the page's script asks for: shown values, and how long the history is."""
        record = self._store.read(TABLE, record_id)
        fields = {name: _text(value) for name, value in record.items()}
        lock = self._store.lock_of(TABLE, record_id)
        length = len(self._history(record_id))
        tone = _STATE_TONES.get(str(record["sign_state"]), "calm")
        return jsonify(fields=fields, history=length, locked=lock is not None, tone=tone)

    def edit(self, record_id: int) -> AnyResponse | str:
        """The form takes the record's lock; saving or leaving gives it back."""
        self._store.lock(TABLE, record_id, PERSON.login)
        record, error = self._store.read(TABLE, record_id), ""
        if request.method == "POST":
            given = {f.name: self._given(f) for f in self._writable()}
            changed = {k: v for k, v in given.items() if _text(record[k]) != _text(v)}
            try:
                self._store.update(TABLE, record_id, self._linked(changed), PERSON)
            except EwError as refusal:
                record, error = {**record, **given}, refusal.text
            else:
                self._store.unlock(TABLE, record_id, PERSON.login)
                return redirect(url_for("screen.case", record_id=record_id, said="saved"))
        return self._page("edit.html", record=record, groups=self._groups(), error=error)

    def release(self, record_id: int) -> AnyResponse:
        """Leave the form without saving."""
        self._store.unlock(TABLE, record_id, PERSON.login, force=True)
        return redirect(url_for("screen.case", record_id=record_id))

    def press(self, record_id: int) -> AnyResponse:
        """The action button."""
        self._sandbox.press(TABLE, record_id, BUTTON_FIELD)
        return redirect(url_for("screen.case", record_id=record_id, said="requested"))

    def file(self, record_id: int, name: str, position: int) -> Response:
        """One attached file."""
        files = self._store.files(TABLE, record_id, name)
        if position >= len(files):
            raise EwError(404, "No such file")
        file = files[position]
        response = Response(file.content, content_type=file.content_type)
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
        return response

    def webhooks(self) -> AnyResponse | str:
        """Registered webhooks, and the administrator's button to register the hub's."""
        error = ""
        if request.method == "POST":
            try:
                self._sandbox.register_webhook()
                return redirect(url_for("screen.webhooks"))
            except EwError as refusal:
                error = refusal.text
        hooks = [hook for hook in self._sandbox.hooks.hooks if hook.key]
        notices = list(reversed(self._sandbox.hooks.notices))[:50]
        return self._page("webhooks.html", hooks=hooks, notices=notices, error=error)

    def _page(self, template: str, **values: Any) -> str:
        return render_template(template, kb=self._sandbox.kb.name, text_of=_text, **values)

    def _refused(self, error: EwError) -> tuple[str, int]:
        return self._page("refused.html", error=error.text), error.status

    def _groups(self) -> list[tuple[str, list[Field]]]:
        fields = self._store.table(TABLE).fields
        planned = self._store.table(TABLE).screen
        named = {name for names in planned.values() for name in names}
        hidden = {"id", "case_number", BUTTON_FIELD}
        rest = tuple(name for name in fields if name not in named | hidden)
        groups = (*planned.items(), ("More", rest))
        return [
            (title, [fields[n] for n in names if n in fields]) for title, names in groups if names
        ]

    def _writable(self) -> list[Field]:
        return [
            f
            for _, group in self._groups()
            for f in group
            if f.type not in (FILE, BUTTON) and not f.auto
        ]

    def _given(self, field: Field) -> Any:
        if field.type == MULTI:
            return request.form.getlist(field.name)
        return request.form.get(field.name, "").replace("\r\n", "\n") or None

    def _linked(self, changed: dict[str, Any]) -> dict[str, Any]:
        fields = self._store.table(TABLE).fields
        return {
            name: f":{value}" if value and fields[name].type == LINKED else value
            for name, value in changed.items()
        }

    def _history(self, record_id: int) -> list[Any]:
        key = (TABLE, record_id)
        return [c for c in reversed(self._store.history) if (c.table, c.id) == key]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")

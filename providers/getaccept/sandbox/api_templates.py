"""The part of the API about templates, which are made in the app and only shown here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from providers.getaccept.sandbox import shapes, shapes_account
from providers.getaccept.sandbox.calls import Calls
from providers.getaccept.sandbox.refusals import not_found
from providers.getaccept.sandbox.seed import OWNER, TEMPLATES, Template
from providers.getaccept.sandbox.tokens import Caller


class TemplatesApi:
    """Routes under ``/v1/templates``."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("api_templates", __name__)
        made.add_url_rule("/v1/templates", "list", self._list)
        made.add_url_rule("/v1/templates/<template_id>/<part>", "part", self._part)
        return made

    def _list(self) -> Response:
        return self._calls.run(
            "templates",
            lambda caller: {"templates": [shapes_account.template(one, OWNER) for one in _all()]},
        )

    def _part(self, template_id: str, part: str) -> Response:
        def run(caller: Caller) -> Any:
            template = TEMPLATES.get(template_id)
            if template is None:
                raise not_found("Template")
            if part == "pricing-tables":
                raise not_found("Pricing tables")
            if part == "roles":
                return {"roles": _roles(template)}
            if part == "fields_roles":
                rows = [{"field_id": one.id, "role_name": one.role_name} for one in template.boxes]
                return {"fields": rows}
            if part != "fields":
                raise not_found("Page")
            return _fields(template, self._calls.account.modes.check_values)

        return self._calls.run("template_parts", run)


def _all() -> list[Template]:
    return list(TEMPLATES.values())


def _roles(template: Template) -> list[dict[str, Any]]:
    empty = dict.fromkeys(("first_name", "last_name", "email", "mobile"), "")
    return [
        {"role_id": one.id, "role": one.role, "role_name": one.name, **empty}
        for one in template.roles
    ]


def _fields(template: Template, values: str) -> dict[str, Any]:
    old = [one for one in template.boxes if not one.editor]
    new = [one for one in template.boxes if one.editor]
    return {
        "fields": [
            {
                "field_id": one.id,
                "field_type": one.kind,
                "field_label": one.label,
                "field_value": shapes.field_value(one, values),
                "role_name": one.role_name,
            }
            for one in old
        ],
        "editor_fields": [shapes.editor_field(one, values) for one in new],
    }

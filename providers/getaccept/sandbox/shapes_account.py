"""How users and templates look on the wire."""

from __future__ import annotations

from typing import Any

from providers.getaccept.sandbox.model import User
from providers.getaccept.sandbox.seed import ENTITIES, Template


def template(one: Template, user: User) -> dict[str, Any]:
    """A row of the templates."""
    return {
        "id": one.id,
        "name": one.name,
        "type": "sales",
        "thumb_url": "",
        "role_count": len(one.roles),
        "page_count": 1,
        "field_count": len(one.boxes),
        "video_id": "",
        "video_thumb_url": "",
        "user_id": user.id,
        "created_at": "2020-10-17 08:46:00",
        "tags": "",
        "is_private": False,
        "is_editable": True,
        "external_editor_type": "",
        "sender_name": user.name,
        "sender_thumb_url": "",
    }


def user_answer(one: User, entity: str) -> dict[str, Any]:
    """A user in the wrapped form, with the entities that this person works in."""
    return {
        "user": {
            "id": one.id,
            "first_name": one.first_name,
            "last_name": one.last_name,
            "email": one.email,
            "phone": "",
            "mobile": one.mobile,
            "title": "",
            "note": "",
            "thumb_url": "",
            "entity_id": entity,
            "entity_name": ENTITIES[entity].name,
            "language": "sv",
            "timezone": "+01:00",
            "app_mode": "sales",
            "role": one.role,
            "disallow_create": False,
            "status": "active",
            "team_id": "",
        },
        "entities": [
            {"id": key, "name": ENTITIES[key].name, "role": one.role, "plan": "enterprise",
             "plan_title": "Enterprise"}
            for key in one.entities
        ],
    }  # fmt: skip

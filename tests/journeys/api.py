"""The hub's API, as a program of the organisation calls it."""

from __future__ import annotations

from typing import Any

import requests


class Api:
    """``api("customers")`` gives the items of that list; ``api.post(...)`` does something."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"}

    def __call__(self, path: str) -> list[dict[str, Any]]:
        """The items of a list."""
        answer = requests.get(f"{self._url}/{path}", headers=self._headers, timeout=30)
        answer.raise_for_status()
        return list(answer.json()["items"])

    def post(self, path: str, **given: str) -> dict[str, Any]:
        """What an act answers."""
        answer = requests.post(f"{self._url}/{path}", json=given, headers=self._headers, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def request_of(self, table: str, record: str) -> str:
        """The id of the newest request of a record."""
        sources = {one["id"]: one["source"] for one in self("requests")}
        mine = (key for key, at in sources.items() if (at["table"], at["id"]) == (table, record))
        return str(next(mine))

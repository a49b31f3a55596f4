"""What a story asks of the hub's API, as the ERP or another program would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests


class StoryApi:
    """The API with one key."""

    def __init__(self, hub: str, key: str) -> None:
        self._base = f"{hub.rstrip('/')}/api/v1"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read something."""
        answer = self._session.get(f"{self._base}/{path}", params=query, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do something."""
        answer = self._session.post(f"{self._base}/{path}", json=dict(body), timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def newest(self, record: str) -> str:
        """The id of the newest request about a record."""
        return str(self.get("requests", record=record)["items"][0]["id"])

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

"""An offer that is read and signed at the simulated GetAccept account, in a simulated house."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from hub.services.hosted import rows
from hub.storage.models import HostedAgreement
from tests.made_before import put_seal
from tests.providers.getaccept.sandbox_site import Site
from tests.services.paper_case import PaperCase

ALONE = """
    - {key: alice, turn: 1, rows: [{to: name, value: Alice Andersson}, {to: mobile, value: "+46701740605"}, {to: email, value: alice@example.com}]}"""  # noqa: E501
BACK = """\
back:
  placed: [{update: [{to: reference, from: agreement.reference}, {to: url, from: agreement.url}]}]
  moved: [{update: [{to: moved_to, from: agreement.provider}]}]
  late: [{update: [{to: state, value: Late}]}]
  remarked: [{note: "{{ remark.text }}"}]
  replied: [{note: "We: {{ remark.text }}"}]
"""


class HostedCase(PaperCase):
    """A house with two such accounts, ``there`` and ``other``, and the canvas behind them."""

    def __init__(
        self,
        folder: Path,
        database: str,
        site: Site,
        other: Site | None = None,
        *,
        provider: str = "[there, canvas]",
        people: str = ALONE,
        more: dict[str, str] | None = None,
        **parts: Any,
    ) -> None:
        self.site, self.sites = site, {"there": site, **({"other": other} if other else {})}
        put_seal(folder / "data", site.clock)
        changes = {"provider: canvas": f"provider: {provider}", "back:\n": BACK, **(more or {})}
        super().__init__(folder, database, people=people, more=changes, clock=site.clock, **parts)

    def _write(self, folder: Path, *given: Any) -> Path:
        config = super()._write(folder, *given)
        for path in (config / "workspaces").glob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            for key, site in self.sites.items():
                settings = {**site.sandbox.settings(), "calls_per_minute": 10_000}
                one = json.dumps({"plugin": "getaccept", "settings": settings})
                text = text.replace("instances:\n", f"instances:\n  {key}: {one}\n")
            path.write_text(text, encoding="utf-8")
        return config

    def place(self) -> HostedAgreement:
        """Trigger, and let it be placed; the agreement."""
        self.send()
        for _ in range(12):
            row = self.agreement()
            if row is None or row.status != rows.PLACING:
                break
            self.later(seconds=5)
        found = self.agreement()
        assert found is not None
        return found

    def agreement(self) -> HostedAgreement | None:
        """The one that holds."""
        with self.core.db.read() as session:
            return rows.current(session, self.request().id)

    def agreements(self) -> list[HostedAgreement]:
        """All of the request, the first one first."""
        query = select(HostedAgreement).order_by(HostedAgreement.number)
        with self.core.db.read() as session:
            return list(session.scalars(query))

    def act(self, who: str, action: str, row: HostedAgreement | None = None, **given: Any) -> bool:
        """Somebody does something at the provider; whether it was taken."""
        row = row or self.agreement()
        assert row is not None
        person = rows.placed_of(row).state["people"][who]
        answer = self.sites[row.provider].act(row.reference, person, action, **given)
        assert answer.status_code in (200, 409), answer.text
        return bool(answer.status_code == 200)

    def look_again(self) -> None:
        """Half an hour passes without any webhook."""
        for _ in range(6):
            self.later(minutes=5)

"""A button in memory, which behaves as its Protocol promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.mapping.send_options import NOT_CHOSEN, Choice
from hub.services.button_views import AskedView, ButtonView, ChaseView, OptionsView
from hub.services.views import LinkInvalid
from tests.web.pages.fakes import NOW, SENDER


@dataclass
class FakeButtons:
    """A button whose link is valid when it carries ``key=good``."""

    existing: str | None = None
    problem: str | None = None
    trouble: Exception | None = None
    options: OptionsView | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    queries: list[Mapping[str, str]] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    sent: int = 0
    chased: int = 0

    def check(self, mapping: str, query: Mapping[str, str]) -> None:
        if mapping != "agiloft_information_request" or query.get("key") != "good":
            raise LinkInvalid

    def preview(self, mapping: str, query: Mapping[str, str]) -> ButtonView:
        return self._view(mapping, query)

    def press(
        self,
        mapping: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        choice: Choice = NOT_CHOSEN,
    ) -> ButtonView:
        self.choices.append(choice)
        view = self._view(mapping, query)
        if view.problem is None and view.existing is None and not view.wrong:
            self.sent += 1
            self.existing = "preparing"
        return self._view(mapping, query)

    def chase(self, mapping: str, query: Mapping[str, str], request_id: str) -> ButtonView:
        self.check(mapping, query)
        if request_id != "0190":
            raise LinkInvalid
        self.chased += not self.refusal
        return self._view(mapping, query)

    def _view(self, mapping: str, query: Mapping[str, str]) -> ButtonView:
        self.queries.append(query)
        self.check(mapping, query)
        if self.trouble is not None:
            raise self.trouble
        return ButtonView(
            SENDER,
            "en",
            f"Service case {query['id']}: lawn mower",
            (
                ("To", "Alice Andersson, +46 70 *** ** 67"),
                ("By", "SMS"),
                ("Text", "Nordic Garden Machines: please fill in and sign case 4711: https://…"),
            ),
            problem=self.problem,
            existing=self.existing,
            upstream_url="https://agiloft.example.com/case/4711",
            zone="Europe/Stockholm",
            options=self.options,
            choice=self.choices[-1] if self.choices else NOT_CHOSEN,
            wrong=self.wrong,
            chase=self._chase() if self.existing in ("sent", "opened") else None,
        )

    def _chase(self) -> ChaseView:
        opened = NOW if self.existing == "opened" else None
        asked = AskedView("Alice Andersson", NOW, opened)
        text = "Nordic Garden Machines: we still wait for your answer: https://…"
        at = NOW if self.chased else None
        return ChaseView("0190", (asked,), self.chased, at, text, refusal=self.refusal)

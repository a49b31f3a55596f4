"""``attach: remark``: each file that came with a message is put to the record, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts.records import Attach
from hub.kernel.errors import ConfigurationError
from hub.mapping.texts import render
from tests.mapping.samples import NOW, SOURCE, compiled

STEPS = """\
back:
  remarked:
    - attach: remark
    - attach: {file: remark, name: "{{ position }}-{{ item.name }}"}
      when: $count(remark.files) > 1
"""
PHOTO = {"id": "f1", "name": "photo.jpg", "media_type": "image/jpeg", "size": 3}
PLAN = {"id": "f2", "name": "plan.pdf", "media_type": "application/pdf", "size": 4}


def context(*files: dict[str, Any]) -> dict[str, Any]:
    request = {"number": "R-1", "language": "sv"}
    return {"record": {}, "request": request, "remark": {"text": "Hi", "files": list(files)}}


def owed(*files: dict[str, Any]) -> list[str]:
    return [one.key for one in compiled(STEPS).steps("remarked", lambda: context(*files), NOW)]


def test_each_file_is_a_step_of_its_own() -> None:
    assert owed() == []
    assert owed(PHOTO, PLAN)[:2] == ["back.remarked.0[0]", "back.remarked.0[1]"]


def test_a_step_attaches_its_file_as_what_it_is() -> None:
    def done(key: str) -> Any:
        return compiled(STEPS).operation(
            key, context(PHOTO, PLAN), source=SOURCE, now=NOW, render=render,
            sealed=lambda what: what.encode(),
        )  # fmt: skip

    assert done("back.remarked.0[1]") == Attach(SOURCE, "plan.pdf", "application/pdf", b"remark:f2")
    assert done("back.remarked.1[0]") == Attach(SOURCE, "1-photo.jpg", "image/jpeg", b"remark:f1")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("back: {completed: [{attach: remark}]}", "after 'remarked' only"),
        ("then: {opened: [{attach: {in: crm, table: t, id: {from: record.id}, file: remark}}]}",
         "after 'remarked' only"),
        ("back: {remarked: [{attach: remark, for_each: remark.files}]}", "one by one"),
        ("back: {remarked: [{attach: remarks}]}", "did you mean 'remark'"),
        ("back: {remarked: [{email: {to: assigned, subject: a, text: b, attach: remark}}]}",
         "attachment"),
    ],
)  # fmt: skip
def test_files_of_a_message_stand_where_there_are_some(steps: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compiled(steps + "\n")
    assert said in str(caught.value.problems)

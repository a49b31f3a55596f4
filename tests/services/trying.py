"""What the tests of trying mappings out share: a form for the simulated house."""

from __future__ import annotations

FORM = """\
form: intake
title: {en: Details}
steps:
  - key: contact
    title: {en: You}
    fields:
      - {name: name, type: text, label: {en: Name}, required: true}
      - {name: phone, type: tel, label: {en: Phone}, convert: "e164:SE"}
      - {name: fault, type: textarea, label: {en: Fault}, required: true}
      - {name: backup, type: checkbox, label: {en: Backup}}
"""
_STATE = "{to: state, value: Signed}"
_PREFILL = """\
  language: en
  form: intake
  prefill:
    - {to: name, from: name, direction: both}
    - {to: phone, from: mobile}
"""


def with_form(config):
    """Give the simulated mapping a form, whose answers go to the record."""
    (config / "forms" / "intake.yaml").write_text(FORM, encoding="utf-8")
    change(config / "mappings" / "repair.yaml", "  language: en\n", _PREFILL)
    change(
        config / "mappings" / "repair.yaml", _STATE, f"{_STATE}, {{to: fault, from: form.fault}}"
    )


def change(path, old, new):
    """Replace a text of a file that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

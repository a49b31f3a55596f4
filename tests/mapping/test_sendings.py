"""Steps that send an e-mail or call a webhook: what they send, and what lint, examples and
explanations tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts.channel import File
from hub.kernel.errors import ConfigurationError, MappingError
from hub.mapping.examples import run_examples
from hub.mapping.explain import explain_step
from hub.mapping.loader import compile_mapping
from hub.mapping.mutations import unmissed
from hub.mapping.sendings import Email, Webhook
from hub.mapping.texts import render
from tests.mapping.samples import HEAD, NOW, SOURCE, compiled
from tests.mapping.test_lint import GOOD, INSTANCES, found

NOTIFY = """\
  notify: {email: {from: seller}, about: [completed]}
"""
STEPS = """\
then:
  completed:
    - email:
        to: {from: record.owner.email, convert: lower}
        subject: {sv: "Klart {{ record.id }}", en: "Done {{ record.id }}"}
        text: {sv: "{{ signature.name }} har skrivit under.", en: "{{ signature.name }} signed."}
        attach: signed
    - webhook:
        url: https://erp.example.com/hook
        secret: erp
        rows: [{to: id, from: record.id}, {to: who, from: signature.name}]
"""
CONTEXT: dict[str, Any] = {
    "record": {"id": 17, "owner": {"email": "Bob@example.com"}},
    "request": {"number": "R-1", "language": "sv"},
    "signature": {"name": "Alice"},
    "records": {},
}


def sent(key: str, text: str = STEPS, **changed: Any) -> Any:
    context = {**CONTEXT, **changed}
    return compiled(text).operation(
        key, context, source=SOURCE, now=NOW, render=render, sealed=lambda what: what.encode()
    )


def test_an_email_is_written_in_the_language_of_the_request_and_takes_the_file_along() -> None:
    mail = sent("then.completed.0")
    assert mail == Email(
        "bob@example.com",
        "Klart 17",
        "Alice har skrivit under.",
        "sv",
        (File("signed-R-1.pdf", "application/pdf", b"signed"),),
    )
    english = sent("then.completed.0", request={"number": "R-1", "language": "fi"})
    assert (english.subject, english.text) == ("Done 17", "Alice signed.")


def test_a_webhook_has_the_rows_as_its_body() -> None:
    assert sent("then.completed.1") == Webhook(
        "https://erp.example.com/hook", "erp", {"id": 17, "who": "Alice"}
    )


def test_without_an_address_nobody_is_written_to_and_one_that_is_none_is_a_problem() -> None:
    assert sent("then.completed.0", record={"id": 17}) is None
    with pytest.raises(MappingError, match="is no e-mail address") as raised:
        sent("then.completed.0", record={"id": 17, "owner": {"email": "Bob"}})
    assert raised.value.rule == "then.completed.0.to"


def test_only_the_email_waits_for_the_proof_and_both_name_where_they_go() -> None:
    specs = compiled(STEPS).steps("completed", dict, NOW)
    assert [(one.kind, one.instance, one.sealed) for one in specs] == [
        ("email", "email", "signed"),
        ("webhook", "erp", ""),
    ]


def test_a_webhook_that_reads_a_record_needs_it() -> None:
    text = """\
records:
  customer: {in: hub_register, rows: [{to: name, value: Alice}]}
back:
  completed:
    - webhook:
        url: https://erp.example.com/hook
        secret: erp
        rows: [{to: id, from: records.customer.id}]
"""
    (_, webhook) = compiled(text).steps("completed", dict, NOW)
    assert webhook.needs == ("customer",)


EXAMPLE = """\
examples:
  - name: both
    given:
      event: completed
      record: {id: 17, owner: {email: bob@example.com}}
      request: {number: R-1, language: sv}
      signature: {name: Alice}
    expect:
      then:
        - email: bob@example.com
          subject: Klart 17
          text: Alice har skrivit under.
          attach: signed-R-1.pdf
          file: signed
        - {webhook: "https://erp.example.com/hook", body: {id: 17, who: Alice}}
"""


def whole(steps: str = STEPS, example: str = EXAMPLE, request: str = GOOD) -> str:
    return HEAD + request + steps + example


def test_examples_show_what_is_sent_and_every_part_of_it_is_missed() -> None:
    mapping = compile_mapping(whole(), "sample.yaml")
    assert [str(one) for one in run_examples(mapping)] == ["both: passed"]
    assert [str(one) for one in unmissed(mapping) if " then." in str(one)] == []
    less = compile_mapping(whole(example=EXAMPLE.replace(", who: Alice", "")), "sample.yaml")
    (missed,) = [str(one) for one in unmissed(less) if " then." in str(one)]
    assert "then.completed[2].webhook.rows[who]" in missed
    other = compile_mapping(whole(example=EXAMPLE.replace("who: Alice", "who: Bob")), "sample.yaml")
    (failed,) = run_examples(other)
    line = (
        whole()
        .splitlines()
        .index("        rows: [{to: id, from: record.id}, {to: who, from: signature.name}]")
    )
    assert f"correct the row in line {line + 1}" in str(failed)


AROUND: dict[str, Any] = {"secrets": ["erp"], "source_fields": None, "tables": None}  # fmt: skip


def problems(text: str, request: str = GOOD, **given: Any) -> list[str]:
    told = found(text, request=request, **{**AROUND, **given})
    return [str(one) for one in told if one.severity == "error"]


def test_what_is_able_and_known_has_no_problem() -> None:
    assert problems(STEPS) == []


def test_an_email_needs_a_channel_and_a_webhook_its_secret() -> None:
    bare = {key: one for key, one in INSTANCES.items() if "email" not in one.capabilities}
    (channel, secret) = problems(STEPS, instances=bare, secrets=["epr"])
    assert "no channel of the workspace can do 'email'; add one, or remove it" in channel
    assert "unknown webhook secret 'erp'; did you mean 'epr'?" in secret


def test_assigned_is_the_user_whom_notify_names() -> None:
    steps = "back: {completed: [{email: {to: assigned, subject: Done, text: It is done.}}]}\n"
    (told,) = problems(steps)
    assert "nobody is assigned; give request.notify an email, or write an address" in told
    assert problems(steps, GOOD + NOTIFY.replace("seller", "state")) == []
    mail = sent("back.completed.0", steps, assigned={"email": "seller@example.com"})
    assert mail.to == "seller@example.com"
    assert sent("back.completed.0", steps, assigned={}) is None


def test_an_address_that_a_workspace_sets_is_looked_at() -> None:
    steps = """\
values: {hook: erp.example.com}
back:
  completed:
    - webhook: {url: {from: values.hook}, secret: erp, rows: [{to: a, value: 1}]}
"""
    (told,) = problems(steps)
    assert "the value 'hook' is no address; it must begin with http:// or https://" in told
    assert problems(steps.replace("erp.example", "https://erp.example")) == []


def test_texts_of_emails_are_checked_as_all_texts_are() -> None:
    steps = STEPS.replace("{{ signature.name }} signed.", "{{ signature.nam }} signed.")
    assert any("unknown name below 'signature' 'nam'" in one for one in problems(steps))
    steps = "back: {completed: [{email: {to: a@example.com, subject: note_x, text: b c}}]}\n"
    assert any("unknown text 'note_x'" in one for one in problems(steps))


def test_an_explanation_tells_address_subject_text_and_body() -> None:
    mapping = compiled(STEPS)

    def rows(key: str) -> dict[str, tuple[Any, list[str]]]:
        told = explain_step(
            mapping, key, CONTEXT, source=SOURCE, now=NOW, template=lambda text: text
        )
        return {row.rule: (row.value, [each.what for each in row.read]) for row in told.rows}

    plain = STEPS.replace("        attach: signed\n", "")
    mapping = compiled(plain)
    assert rows("then.completed.0") == {
        "then.completed.0.to": ("bob@example.com", ["record.owner.email"]),
        "then.completed.0.subject": ("Klart 17", ["record.id"]),
        "then.completed.0.text": ("Alice har skrivit under.", ["signature.name"]),
    }
    assert rows("then.completed.1")["then.completed.1.who"] == ("Alice", ["signature.name"])


def test_a_remark_is_known_where_there_is_one() -> None:
    good = 'back: {remarked: [{note: "{{ outcome.recipient }}: {{ remark.text }}"}]}\n'
    assert problems(good) == []
    with pytest.raises(ConfigurationError) as raised:
        compiled(good.replace("remarked", "viewed"))
    assert "'remark' is known after 'remarked' only; move it there" in str(raised.value.problems)
    (told,) = problems(good.replace("remark.text", "remark.txt"))
    assert "unknown name below 'remark' 'txt'" in told

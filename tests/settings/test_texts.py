"""Texts of a workspace: those that bring the link hold it whatever is known; which one is taken."""

from __future__ import annotations

import re

import pytest

from tests.settings.test_settings import WORKSPACE, problems, workspace

# Every text that brings the link, for all requests and for those of one kind only.
MUST_LINK = [
    f"{way}_{moment}{kind}"
    for way in ("sms", "email")
    for moment in ("invite", "chase", "reminder")
    for kind in ("", ".offer")
]
_ALWAYS = "1:1: does not always contain {{ link }} whole; write it outside of if"
WITHOUT_LINK = {
    "{{ sender }}": "1:1: does not contain {{ link }}; add it where it is to appear",
    "{{ sender }}{% if name %} {{ link }}{% endif %}": _ALWAYS,
    "{{ sender }}{% if name %} {{ link }}{% elif phone %} {{ link }}{% endif %}": _ALWAYS,
    "{{ sender }} {{ link if name else phone }}": _ALWAYS,
    "{{ sender }}{% for one in title %} {{ link }}{% endfor %}": _ALWAYS,
    "{{ sender }} {{ link|upper }}": _ALWAYS,
    "{{ sender }} {{ link and name }}": _ALWAYS,
}


def with_text(key, text):
    """The workspace, its line 9 another text of this key."""
    invites = '  sms_invite: {sv: "{{ sender }}: {{ link }}"}\n'
    kept = WORKSPACE.replace(invites, "\n") if key == "sms_invite" else WORKSPACE
    return kept.replace("{sv: Fritt}", f'{{sv: Fritt}}\n  {key}: {{sv: "{text}"}}')


@pytest.mark.parametrize("key", MUST_LINK)
def test_a_link_that_stands_whatever_is_known_is_taken(tmp_path, key):
    text = "{{ sender }}{% if name %}: {{ link }} {% else %} {{ link }}{% endif %}"
    assert workspace(tmp_path, with_text(key, text)).texts[key] == {"sv": text}


@pytest.mark.parametrize("key", MUST_LINK)
@pytest.mark.parametrize("text", WITHOUT_LINK)
def test_a_text_that_may_come_without_its_link_is_refused(tmp_path, key, text):
    found = problems(tmp_path, workspace, with_text(key, text))
    assert re.search(rf"alice\.yaml:9:\d+: texts\.{key}\.sv: ", found)
    assert WITHOUT_LINK[text] in found


def test_a_chase_without_words_of_its_own_reminds(tmp_path):
    told = {}

    def said(way="sms_chase", kind="offer"):
        lines = "".join(f'  {key}: {{sv: "{{{{ sender }}}} {text} {{{{ link }}}}"}}\n'
                        for key, text in told.items())  # fmt: skip
        return workspace(tmp_path, WORKSPACE + lines).text(way, "sv", kind).split()[3]

    with pytest.raises(KeyError, match="sms_chase"):
        workspace(tmp_path, WORKSPACE).text("sms_chase", "sv", "offer")
    for key in ("sms_reminder", "sms_reminder.offer", "sms_chase", "sms_chase.offer"):
        told[key] = key  # each one goes before those that are there
        assert said() == key
    assert said(kind="") == "sms_chase"
    assert said("sms_reminder") == "sms_reminder.offer"

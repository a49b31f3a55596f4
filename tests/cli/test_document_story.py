"""``paraph demo --headless --story document`` ends well only if the record holds what it must."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hub.cli.document_story import DocumentStory, load_document_script
from hub.cli.robot import Page, Stuck
from tests.house.tree import ROOT
from tests.services.evidence import proofs
from tests.services.evidence.authority import authority

SCRIPT = ROOT / "config" / "stories" / "document.yaml"


def played(folder, *more):
    command = [sys.executable, "-m", "hub.cli", "demo", "--headless", "--story", "document"]
    return subprocess.run(
        [*command, "--folder", str(folder / "demo"), *more],
        cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


def test_two_people_sign_and_the_record_holds_it(tmp_path):
    told = played(tmp_path)
    assert told.returncode == 0, told.stdout[-3000:]
    for part in ("could not sign unseen", "The record holds what it must.", "45537.50"):
        assert part in told.stdout


@pytest.fixture
def story(tmp_path):
    """One whose roots are those of the proofs to spoil; it reaches nobody."""
    roots = tmp_path / "root.pem"
    roots.write_bytes(authority().root_pem)
    story = DocumentStory(load_document_script(SCRIPT), "http://127.0.0.1:9", roots)
    yield story
    story.close()


def test_it_says_which_line_is_not_as_it_was_decided(story, monkeypatch):
    script = story.script
    lines = [{"id": key, "decision": made} for key, made in script.lines.items()]
    monkeypatch.setattr(story, "record", lambda: {"lines": lines})
    assert story._line_problems() == []
    lines[2]["decision"] = "accepted"
    assert story._line_problems() == ["line 3 is accepted, not declined"]


def test_it_says_which_proof_does_not_hold(story):
    proof = proofs.made()
    files = {"signed": proof.named("signed.pdf"), "proof": proof.content}
    assert story._proof_problems(files) == []
    spoilt = bytearray(files["signed"])
    spoilt[len(spoilt) // 3] ^= 1
    (problem,) = story._proof_problems({**files, "signed": bytes(spoilt)})
    assert problem.startswith("signed does not hold: signed.pdf")
    whole = bytearray(files["proof"])
    whole[len(whole) // 2] ^= 1
    (problem,) = story._proof_problems({**files, "proof": bytes(whole)})
    assert problem.startswith("proof does not hold")


@pytest.mark.parametrize("way_on", ["open", "nothing is said"])
def test_it_is_stuck_where_one_could_sign_unseen(story, monkeypatch, way_on):
    canvas = '<form method="post"><input name="name"></form>' if way_on == "open" else ""
    page = Page("http://h/s/1/document", 200, f"<h1>Sign</h1>{canvas}<p>Fine.</p>")
    monkeypatch.setattr(story, "_on", lambda *arguments: page)
    with pytest.raises(Stuck, match="could sign unseen, on 'Sign'"):
        story._is_held_back(None, page, story.script.people[0])

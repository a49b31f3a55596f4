"""The second verifier is worth something only as long as it stands alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.services.evidence import second_verifier
from tests.services.evidence.authority import authority, stranger
from tests.services.evidence.proofs import made

FILE = Path(second_verifier.__file__)


def imported() -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(FILE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").partition(".")[0])
    return found


def test_it_needs_the_standard_library_and_cryptography_alone():
    assert imported() - set(sys.stdlib_module_names) == {"cryptography"}


def test_it_runs_by_itself(tmp_path):
    bundle, root, other = tmp_path / "a.zip", tmp_path / "root.pem", tmp_path / "other.pem"
    bundle.write_bytes(made().content)
    root.write_bytes(authority().root_pem)
    other.write_bytes(stranger().root_pem)
    for trusted, status, said in ((root, 0, "holds"), (other, 1, "differs: signed.pdf")):
        done = subprocess.run(
            [sys.executable, FILE, bundle, trusted], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout.strip()) == (status, said)

"""Installs the servers of others that the tests of connectors/crm_rest run against, under .venv.

json-server comes from npm and Kinto from PyPI, each pinned by a lock with hashes, each away from
the hub's own packages. A second run does nothing. Uses nothing but the standard library.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "tests" / "connectors" / "crm_rest" / "servers"
BIN = ROOT / ".venv" / "bin"
HOME = ROOT / ".venv" / "servers"
NODE_FILES = ("package.json", "package-lock.json", ".npmrc")
KINTO_FILES = ("kinto.lock",)


def kinto() -> list[str]:
    """The command that runs Python with Kinto installed."""
    return [str(HOME / "kinto" / "bin" / "python")]


def json_server() -> list[str]:
    """The command that runs json-server."""
    script = HOME / "node" / "node_modules" / "json-server" / "lib" / "cli" / "bin.js"
    return [str(BIN / "node"), str(script)]


def fingerprint(names: tuple[str, ...]) -> str:
    """Changes when one of these files does, or the Python that installs them."""
    texts = [sys.version.encode(), *((LOCKS / name).read_bytes() for name in names)]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def is_ready(home: Path, names: tuple[str, ...]) -> bool:
    stamp = home / "stamp"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint(names)


def run(*command: str, cwd: Path) -> None:
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    answer = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if answer.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{(answer.stderr or answer.stdout).strip()[-3000:]}")


def install_json_server(home: Path) -> None:
    for name in NODE_FILES:
        shutil.copyfile(LOCKS / name, home / name)
    run(str(BIN / "npm"), "--loglevel=error", "--silent", "ci", cwd=home)


def install_kinto(home: Path) -> None:
    run(sys.executable, "-m", "venv", str(home), cwd=ROOT)
    pip = [str(home / "bin" / "pip"), "-qq", "--disable-pip-version-check", "install"]
    lock = str(LOCKS / "kinto.lock")
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock, cwd=ROOT)


def main() -> None:
    work = (
        ("json-server", HOME / "node", NODE_FILES, install_json_server),
        ("Kinto", HOME / "kinto", KINTO_FILES, install_kinto),
    )
    for title, home, names, install in work:
        if is_ready(home, names):
            continue
        print(f"servers   {title}, into {home.relative_to(ROOT)}", flush=True)
        shutil.rmtree(home, ignore_errors=True)  # half of an installation is worse than none
        home.mkdir(parents=True)
        install(home)
        (home / "stamp").write_text(fingerprint(names), encoding="utf-8")


if __name__ == "__main__":
    main()

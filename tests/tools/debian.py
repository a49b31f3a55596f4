"""Debian packages for tests: installed where this account may. Needs only the standard library."""

import os
import shutil
import subprocess
import sys


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(title: str, packages: tuple[str, ...]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"{title:<9} apt-get installs {', '.join(packages)}", flush=True)
    for arguments in (("update",), ("install", "-y", "--no-install-recommends", *packages)):
        command = ["apt-get", "-qq", *arguments]
        answer = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if answer.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{answer.stderr.strip()}")

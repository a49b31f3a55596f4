"""Makes sure that this machine has a Chromium for the browser tests; installs Debian's if it may.

Uses nothing but the standard library. ``find_browser`` is what the tests start.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-liberation")


def find_browser() -> str | None:
    """The browser's path: PARAPH_BROWSER if set, otherwise the first known name on the PATH."""
    wanted = os.environ.get("PARAPH_BROWSER")
    return shutil.which(wanted) if wanted else next(filter(None, map(shutil.which, NAMES)), None)


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"browser   apt-get installs {', '.join(PACKAGES)}", flush=True)
    for arguments in (("update",), ("install", "-y", "--no-install-recommends", *PACKAGES)):
        command = ["apt-get", "-qq", *arguments]
        answer = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if answer.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{answer.stderr.strip()}")


def main() -> None:
    if find_browser():
        return
    if "PARAPH_BROWSER" in os.environ:
        sys.exit(f"PARAPH_BROWSER names no program: {os.environ['PARAPH_BROWSER']}")
    if may_install():
        install()
    if not find_browser():
        sys.exit("The browser tests need Chromium: install it, or set PARAPH_BROWSER to its path.")


if __name__ == "__main__":
    main()

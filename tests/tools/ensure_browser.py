"""Makes sure that this machine has a Chromium for the browser tests; installs Debian's if it may.

Uses nothing but the standard library. ``find_browser`` is what the tests start.
"""

import os
import shutil
import sys

from tests.tools.debian import install, may_install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-liberation")


def find_browser() -> str | None:
    """The browser's path: PARAPH_BROWSER if set, otherwise the first known name on the PATH."""
    wanted = os.environ.get("PARAPH_BROWSER")
    return shutil.which(wanted) if wanted else next(filter(None, map(shutil.which, NAMES)), None)


def main() -> None:
    if find_browser():
        return
    if "PARAPH_BROWSER" in os.environ:
        sys.exit(f"PARAPH_BROWSER names no program: {os.environ['PARAPH_BROWSER']}")
    if may_install():
        install("browser", PACKAGES)
    if not find_browser():
        sys.exit("The browser tests need Chromium: install it, or set PARAPH_BROWSER to its path.")


if __name__ == "__main__":
    main()

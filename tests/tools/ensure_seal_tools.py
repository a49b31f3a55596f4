"""Makes sure that this machine has what the seals of tests are checked with: pdfsig of poppler,
a hardware module in software (SoftHSM), openssl. Installs those of Debian if it may.

Uses nothing but the standard library. ``find_module`` is what the tests hand to the hub.
"""

import os
import shutil
import sys
from pathlib import Path

from tests.tools.debian import install, may_install

PROGRAMS = {"pdfsig": "poppler-utils", "softhsm2-util": "softhsm2", "openssl": "openssl"}
FOLDERS = ("/usr/lib/softhsm", "/usr/lib64/softhsm", "/usr/local/lib/softhsm", "/usr/lib64/pkcs11")


def find_module() -> str | None:
    """SoftHSM's library: PARAPH_SOFTHSM if set, else where it is usually put."""
    wanted = os.environ.get("PARAPH_SOFTHSM")
    names = [wanted] if wanted else [f"{folder}/libsofthsm2.so" for folder in FOLDERS]
    return next((name for name in names if Path(name).is_file()), None)


def missing() -> list[str]:
    found = [name for name in PROGRAMS if shutil.which(name) is None]
    return found if find_module() else [*found, "libsofthsm2.so"]


def main() -> None:
    if missing() and may_install():
        install("seal", tuple(PROGRAMS.values()))
    if lacking := missing():
        sys.exit(
            f"The seal's tests need {', '.join(lacking)}: install poppler-utils, softhsm2 and "
            "openssl, or set PARAPH_SOFTHSM to the path of libsofthsm2.so."
        )


if __name__ == "__main__":
    main()

"""Runs Kinto in memory on a free loopback port, which it writes into a file; for Kinto's Python.

``run_kinto.py SETTINGS.json PORT_FILE``
"""

import json
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

import kinto  # noqa: E402
from waitress.server import create_server  # noqa: E402


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    target = Path(sys.argv[2])
    server = create_server(kinto.main({}, **settings), host="127.0.0.1", port=0, threads=8)
    fresh = target.with_suffix(".new")
    fresh.write_text(str(server.effective_port), encoding="utf-8")
    fresh.replace(target)
    server.run()


if __name__ == "__main__":
    main()

"""Made-up plugins with simulators, so that the house is tested without any real one."""

from __future__ import annotations

import sys
import textwrap
from typing import Any

import pytest

from hub.contracts.manifest import read_manifest
from tests.tools.ensure_browser import find_browser

MANIFEST = """
key = "{key}"
kind = "{kind}"
title = "{key}"
class = "x:X"
protocol = "none"
capabilities = []
sandbox = "{sandbox}"

[readiness]
""" + "\n".join(
    f'{rule} = "done"'
    for rule in (
        "contract_suite", "probe", "error_mapping", "unknown_outcome", "redaction", "sandbox",
        "readme", "live_account",
    )
)  # fmt: skip

SIMULATOR = """
from hub.contracts.sandbox import PhoneMessage, Sandbox, SandboxLink

class Toy(Sandbox):
    title = "Toy"

    def __init__(self, context):
        super().__init__(context)
        self.told = []
        self.port = context.free_port("own")

    def wsgi(self):
        def app(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [(environ["SCRIPT_NAME"] + environ["PATH_INFO"]).encode()]
        return app

    def settings(self):
        return {"base_url": self.context.base_url}

    def links(self):
        return (SandboxLink("Cases", "/cases", "Press a button."),)

    def start(self):
        self.told.append("start")

    def stop(self):
        self.told.append("stop")

    def reset(self):
        self.told.append("reset")

    def connect(self, links):
        self.told.append(links)


class Broken(Toy):
    def start(self):
        raise OSError("the port is taken")


class Stubborn(Toy):
    def stop(self):
        raise RuntimeError("no")
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Makes a plugin folder: ``plugin(key, kind, sandbox)`` gives its manifest."""
    root = tmp_path / "toys"
    root.mkdir()
    package = f"toys_{tmp_path.name}".replace("-", "_")
    (root / package).mkdir()
    (root / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(root))

    def make(key="toy", kind="connector", sandbox="simulator:Toy", group=""):
        parent = root / package / group if group else root / package
        folder = parent / key
        folder.mkdir(parents=True)
        (parent / "__init__.py").touch()
        (folder / "__init__.py").touch()
        (folder / "simulator.py").write_text(textwrap.dedent(SIMULATOR))
        path = folder / "manifest.toml"
        path.write_text(MANIFEST.format(key=key, kind=kind, sandbox=sandbox))
        dotted = ".".join(filter(None, [package, group, key]))
        return read_manifest(path, dotted)

    yield make
    for name in [name for name in sys.modules if name.startswith(package)]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, which asks nobody for anything."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": flags}

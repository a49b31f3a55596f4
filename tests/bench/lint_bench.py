"""How long ``paraph lint`` takes for many mapping files."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from hub.services.inspection import inspect
from tests.bench.figures import Figure, say

ROOT = Path(__file__).parents[2]
SHIPPED = "agiloft_information_request"
FILES = 200
_HUB = "environment: test\npublic_url: https://hub.example\ndata_folder: data\n"
_INSTANCES = """\
instances:
  agiloft:
    plugin: agiloft
    settings: {base_url: "https://agiloft.example", kb: Bench, login: hub, password: bench}
  hub_register: {plugin: hub_register}
  bankid: {plugin: "provider:simulated", settings: {desk: bench}}
  sms: {plugin: "channel:simulated", settings: {gateway: bench}}
"""


def lint_200(store: str) -> list[Figure]:
    """Seconds for 200 files as large as the shipped one, with their examples."""
    with tempfile.TemporaryDirectory(prefix="paraph-lint-") as folder:
        config = _write(Path(folder))
        used, started = _used(), time.perf_counter()
        found = [line for line in inspect(config) if " warning: " not in line]
        took, used = time.perf_counter() - started, _used() - used
    if found:
        raise SystemExit(f"the files are not good: {found[:3]}")
    say(f"{took:.2f} s, {used:.2f} s of a processor: {1000 * used / FILES:.1f} ms for each file")
    return [Figure("lint_200", "none", round(took, 2), "s", None, None, "<= 5 s")]


def _used() -> float:
    """Seconds of a processor, of this process and of those that it has begun."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _write(folder: Path) -> Path:
    config = folder / "config"
    for name in ("forms", "fields"):
        shutil.copytree(ROOT / "config" / name, config / name)
    (config / "workspaces").mkdir()
    (config / "mappings").mkdir()
    (config / "paraph.yaml").write_text(_HUB, encoding="utf-8")
    text = (ROOT / "mappings" / f"{SHIPPED}.yaml").read_text(encoding="utf-8")
    keys = [f"mapping_{number:03}" for number in range(FILES)]
    for key in keys:
        copy = text.replace(f"mapping: {SHIPPED}", f"mapping: {key}")
        (config / "mappings" / f"{key}.yaml").write_text(copy, encoding="utf-8")
    workspace = (ROOT / "config" / "workspaces" / "demo.yaml").read_text(encoding="utf-8")
    head, _, rest = workspace.partition("instances:\n")
    texts = rest[rest.index("texts:\n") :]
    listed = "mappings: [" + ", ".join(keys) + "]\n"
    (config / "workspaces" / "demo.yaml").write_text(
        head + _INSTANCES + listed + texts, encoding="utf-8"
    )
    return config

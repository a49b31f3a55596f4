"""Nothing outside a plugin's folder and its tests knows the plugin by name.

Looked at are the names and strings of the code; comments and docstrings may give examples. Data
(``mappings/``, ``config/``) names instances and plugins, that is what it is for.
"""

from __future__ import annotations

import re
from pathlib import Path

from hub.contracts.manifest import Manifest
from tests.house import rules, tree


def is_shared(manifest: Manifest) -> bool:
    """Whether several kinds have a plugin of this key; then the bare key says nothing."""
    return len([one for one in tree.plugins().values() if one.key == manifest.key]) > 1


def pattern(manifest: Manifest) -> re.Pattern[str]:
    """What gives the plugin away: its key, its class, the folder as an import path."""
    cls = manifest.class_path.partition(":")[2]
    words = [cls, manifest.package, f"{manifest.kind}:{manifest.key}"]
    if not is_shared(manifest):
        words += [manifest.key, *_vendor(manifest, cls)]
    return re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)


def _vendor(manifest: Manifest, cls: str) -> list[str]:
    """The vendor's name, where the key or the class holds one: ``46elks``, ``Agiloft``."""
    stem = re.sub(f"{manifest.kind}$", "", cls, flags=re.IGNORECASE)
    numbered = [part for part in manifest.key.split("_") if re.search(r"\d", part)]
    return numbered + ([stem] if stem != cls and len(stem) >= 5 else [])


def strangers(manifest: Manifest) -> list[Path]:
    """The files that have no business with the plugin."""
    return [path for path in tree.python_files(*tree.CODE) if manifest.folder not in path.parents]


def mentions(manifest: Manifest, path: Path) -> list[str]:
    """Where the code of a file gives the plugin away."""
    telltale, text = pattern(manifest), tree.text_of(path)
    if not telltale.search(text):  # taking the code apart takes its time
        return []
    return [
        f"{tree.name(path)}:{line}: {word[:60]} ({manifest.key})"
        for line, word in rules.names_and_strings(text)
        if telltale.search(word)
    ]


def test_a_plugin_is_named_in_its_own_folder_only():
    found = [
        place
        for manifest in tree.plugins().values()
        for path in strangers(manifest)
        for place in mentions(manifest, path)
    ]
    assert found == []


def test_what_gives_a_plugin_away_is_found_in_its_own_folder():
    for manifest in tree.plugins().values():
        own = [path for path in tree.python_files(*tree.CODE) if manifest.folder in path.parents]
        assert any(mentions(manifest, path) for path in own), manifest.key

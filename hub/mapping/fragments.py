"""``include``: fragments shared by mappings, ``mappings/shared/<name>.yaml``.

A list entry ``{include: name}`` is replaced by the entries of that fragment. A mapping keeps the
text of each fragment that it was made with, so that its versions stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from hub.kernel.errors import ConfigurationError
from hub.mapping.document import Document, read_document
from hub.mapping.problems import Path, did_you_mean

FOLDER = "shared"
_DEEPEST = 5
_MOST_ENTRIES = 5_000


def read_fragments(folder: FilePath) -> dict[str, str]:
    """The texts of all fragments beside the mappings of ``folder``, by name. Raises
    ``ConfigurationError`` for a file that cannot be read."""
    found: dict[str, str] = {}
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        try:
            found[path.stem] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{path}: cannot be read",
                problems=(f"{path}:1:1: file: is not UTF-8 text; save it",),
            ) from error
    return found


def with_fragments(document: Document, texts: Mapping[str, str], folder: str) -> Document:
    """The document with every ``include`` replaced. ``folder`` is what messages call the place of
    the fragments. Raises ``ConfigurationError`` with every fault."""
    if "include" not in document.text:
        return document
    pasting = _Pasting(texts, folder)
    data = pasting.value(document, (), (), ())
    if pasting.faults:
        raise ConfigurationError(
            f"{document.name}: an include cannot be followed", problems=tuple(pasting.faults)
        )
    used = {name: texts[name] for name in sorted(pasting.read)}
    return replace(
        document,
        data=data,
        positions=pasting.positions,
        fragments=used,
        borrowed=pasting.borrowed,
    )


class _Pasting:
    """One run over one document; paths lead to where things stand after pasting."""

    def __init__(self, texts: Mapping[str, str], folder: str) -> None:
        self.positions: dict[Path, tuple[int, int]] = {}
        self.borrowed: dict[Path, str] = {}
        self.faults: list[str] = []
        self.read: dict[str, Document] = {}
        self._texts, self._folder = texts, folder
        self._entries = 0

    def value(self, document: Document, at: Path, to: Path, within: tuple[str, ...]) -> Any:
        """What stands in ``document`` at ``at``, put at ``to``. ``within`` are the fragments that
        are being pasted."""
        here = _at(document.data, at)
        if at in document.positions:
            self.positions[to] = document.positions[at]
        if isinstance(here, dict):
            return {key: self.value(document, (*at, key), (*to, key), within) for key in here}
        if isinstance(here, list) and _is_data(to):
            return [self.value(document, (*at, n), (*to, n), within) for n in range(len(here))]
        if isinstance(here, list):
            found: list[Any] = []
            self._paste(document, at, to, found, within)
            return found
        return here

    def _paste(
        self, document: Document, at: Path, to: Path, found: list[Any], within: tuple[str, ...]
    ) -> None:
        """Append the entries of the list at ``at`` to ``found``, which stands at ``to``."""
        for index, item in enumerate(_at(document.data, at)):
            path = (*at, index)
            if isinstance(item, dict) and "include" in item:
                self._include(document, path, to, found, within)
                continue
            self._entries += 1
            place = (*to, len(found))
            if within:
                self.borrowed[place] = document.name
            found.append(self.value(document, path, place, within))

    def _include(
        self, document: Document, path: Path, to: Path, found: list[Any], within: tuple[str, ...]
    ) -> None:
        item = _at(document.data, path)
        name = item["include"]
        self._entries += 1
        if self._entries > _MOST_ENTRIES and self.faults:
            return  # one such fault is enough
        fault = self._fault(item, name, within)
        if fault:
            self.faults.append(str(document.problem((*path, "include"), fault)))
            return
        fragment = self._fragment(name)
        if fragment is not None:
            self._paste(fragment, ("entries",), to, found, (*within, name))

    def _fault(self, item: Mapping[str, Any], name: Any, within: tuple[str, ...]) -> str:
        if len(item) > 1:
            return "stands beside other keys; give it an entry of its own"
        if not isinstance(name, str) or name not in self._texts:
            return f"unknown fragment '{name}'; {self._hint(str(name))}"
        if name in within:
            return f"'{name}' includes itself; take one of them out"
        if len(within) >= _DEEPEST or self._entries > _MOST_ENTRIES:
            return "is more than may be included; write some of it out"
        return ""

    def _hint(self, name: str) -> str:
        known = did_you_mean(name, self._texts)
        return known if self._texts else f"write it to {self._folder}/{name}.yaml"

    def _fragment(self, name: str) -> Document | None:
        if name not in self.read:
            file = f"{self._folder}/{name}.yaml"
            try:
                self.read[name] = check_fragment(read_document(self._texts[name], file), name)
            except ConfigurationError as error:
                self.faults += [each for each in error.problems if each not in self.faults]
                return None
        return self.read[name]


def check_fragment(document: Document, name: str) -> Document:
    """The document, if it is a fragment. Raises ``ConfigurationError`` with every fault."""
    data, faults = document.data, []
    if data.get("fragment") != name:
        faults.append(document.problem(("fragment",), f"must be '{name}'; as the file is called"))
    if not isinstance(data.get("entries"), list) or not data["entries"]:
        faults.append(document.problem(("entries",), "must be a list; start each entry with '-'"))
    for key in data:
        if key not in ("fragment", "entries"):
            hint = did_you_mean(key, ("fragment", "entries"))
            faults.append(document.problem((key,), f"unknown key '{key}'; {hint}"))
    if faults:
        raise ConfigurationError(
            f"{document.name}: the fragment is not valid", problems=tuple(map(str, faults))
        )
    return document


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _is_data(path: Path) -> bool:
    """Inside ``given`` of an example, where ``include`` is a name like any other."""
    return path[:1] == ("examples",) and path[2:3] == ("given",)

"""Puts a shape on a store with its receiver, and takes all of it away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.product import Product
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import Shape, Workers
from tests.chaos.stores import Store, store_for


@contextmanager
def arranged(
    shape: str, store_name: str, folder: Path, processes: int = 0
) -> Iterator[tuple[Shape, Receiving, Store]]:
    """The shape of that name, started, and its receiver; all of it is ended in the end."""
    folder.mkdir(parents=True)
    receiver, store = Receiving(folder), store_for(store_name, folder)
    made: Shape | None = None
    try:
        alone = (shape, store_name) == ("product", "sqlite")
        processes = processes or (1 if alone else 2)
        kind: Callable[..., Shape] = Product if shape == "product" else Workers
        made = kind(folder, store, receiver, processes=processes)
        made.start()
        yield made, receiver, store
    finally:
        if made is not None:
            made.stop()
        receiver.stop()
        store.close()

"""Puts a shape on a store with its receiver, and takes all of it away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.larger import Larger
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
    receiver = Receiving(folder)
    try:
        with (
            _larger(folder, receiver)
            if shape == "larger"
            else _single(shape, store_name, folder, receiver, processes)
        ) as (made, store):
            try:
                made.start()
                yield made, receiver, store
            finally:
                made.stop()
    finally:
        receiver.stop()


@contextmanager
def _larger(folder: Path, receiver: Receiving) -> Iterator[tuple[Shape, Store]]:
    made = Larger(folder, receiver)
    yield made, made.store


@contextmanager
def _single(
    shape: str, store_name: str, folder: Path, receiver: Receiving, processes: int
) -> Iterator[tuple[Shape, Store]]:
    store = store_for(store_name, folder)
    try:
        alone = (shape, store_name) == ("product", "sqlite")
        kind: Callable[..., Shape] = Product if shape == "product" else Workers
        yield kind(folder, store, receiver, processes=processes or (1 if alone else 2)), store
    finally:
        store.close()

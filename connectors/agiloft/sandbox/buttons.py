"""What pressing a button field does: the update that the seed file names, by whoever pressed it."""

from __future__ import annotations

from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.schema import BUTTON
from connectors.agiloft.sandbox.store import Actor, Store


def press(store: Store, table: str, record_id: int | str, name: str, actor: Actor) -> None:
    """Run the action chain of one button on one record."""
    definition = store.table(table)
    column = definition.fields.get(name)
    if column is None or column.type != BUTTON:
        raise EwError(400, f"No column {name} in table {table}")
    update = definition.buttons.get(name, {}).get("update", {})
    store.update(table, record_id, update, actor)

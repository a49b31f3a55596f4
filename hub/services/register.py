"""The hub's own register: customers, repair cases and notes (D5, D6). Offered to plugins as the
port ``register``; every method is scoped to one workspace and safe to repeat with the same key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.ports import REGISTER_TABLES, Kept
from hub.kernel.clock import Clock
from hub.kernel.crypto import Vault
from hub.kernel.errors import NotFound, Refused
from hub.kernel.ids import new_id
from hub.services.numbers import next_number
from hub.storage.db import Database
from hub.storage.locks import alone
from hub.storage.models import CaseNote, Customer, CustomerKey, RepairCase

_MATCHABLE = {"mobile": Customer.mobile_index, "email": Customer.email_index}


class Register:
    """``contracts.ports.RegisterPort`` on the hub's database."""

    def __init__(self, db: Database, clock: Clock, vault: Vault, workspace_id: str) -> None:
        self._db = db
        self._clock = clock
        self._vault = vault
        self._workspace_id = workspace_id

    def find_or_create(
        self, table: str, fields: Mapping[str, Any], match: tuple[str, ...], key: str
    ) -> Kept:
        """See the port."""
        _check(table, fields)
        with self._db.write() as session:
            # of two who look for the same customer at once, one finds what the other has made
            alone(session, f"register:{self._workspace_id}")
            if table == "customer":
                return self._customer(session, fields, match, key)
            return self._case(session, fields, key)

    def read(self, table: str, row_id: str) -> Mapping[str, Any] | None:
        """See the port."""
        with self._db.read() as session:
            row = self._row(session, table, row_id)
            return None if row is None else row_fields(row)

    def update(self, table: str, row_id: str, fields: Mapping[str, Any]) -> None:
        """See the port."""
        _check(table, fields)
        with self._db.write() as session:
            alone(session, f"register:{self._workspace_id}")
            row = self._row(session, table, row_id)
            if row is None:
                raise NotFound(f"the register has no {table} with this id")
            self._write(row, fields)

    def add_note(self, table: str, row_id: str, text: str, key: str) -> tuple[str, bool]:
        """See the port."""
        with self._db.write() as session:
            mine = (CaseNote.workspace_id == self._workspace_id, CaseNote.key == key)
            known = session.execute(select(CaseNote.id).where(*mine)).scalar()
            if known is not None:
                return known, False
            if self._row(session, table, row_id) is None:
                raise NotFound(f"the register has no {table} with this id")
            note = CaseNote(
                id=new_id(),
                workspace_id=self._workspace_id,
                key=key,
                table=table,
                row_id=row_id,
                text=text,
                created_at=self._clock.now(),
            )
            session.add(note)
            return note.id, True

    def _customer(
        self, session: Session, fields: Mapping[str, Any], match: tuple[str, ...], key: str
    ) -> Kept:
        known = self._by_key(session, key)
        if known is not None:
            return Kept(known, created=False, repeated=True)
        row = self._match(session, fields, match)
        if row is not None:
            empty = {name: fields[name] for name in fields if not row.fields.get(name)}
            self._write(row, empty)
            session.add(
                CustomerKey(
                    id=new_id(), workspace_id=self._workspace_id, key=key, customer_id=row.id
                )
            )
            return Kept(row.id, created=False)
        now = self._clock.now()
        row = Customer(
            id=new_id(),
            workspace_id=self._workspace_id,
            key=key,
            number=next_number(session, self._workspace_id, "customer", "C"),
            fields={},
            created_at=now,
            changed_at=now,
        )
        self._write(row, fields)
        session.add(row)
        return Kept(row.id, created=True)

    def _by_key(self, session: Session, key: str) -> str | None:
        mine = Customer.workspace_id == self._workspace_id
        created = session.execute(select(Customer.id).where(mine, Customer.key == key)).scalar()
        if created is not None:
            return created
        return session.execute(
            select(CustomerKey.customer_id).where(
                CustomerKey.workspace_id == self._workspace_id, CustomerKey.key == key
            )
        ).scalar()

    def _match(
        self, session: Session, fields: Mapping[str, Any], match: tuple[str, ...]
    ) -> Customer | None:
        for name in match:
            if name not in _MATCHABLE:
                raise Refused(
                    f"customers are matched by {' or '.join(sorted(_MATCHABLE))}, not by '{name}'",
                    code="bad_field",
                )
            indexes = self._indexes(name, fields.get(name))
            if not indexes:
                continue
            row = session.scalar(
                select(Customer)
                .where(Customer.workspace_id == self._workspace_id, _MATCHABLE[name].in_(indexes))
                .order_by(Customer.id)
                .limit(1)
            )
            if row is not None:
                return row
        return None

    def _case(self, session: Session, fields: Mapping[str, Any], key: str) -> Kept:
        mine = (RepairCase.workspace_id == self._workspace_id, RepairCase.key == key)
        known = session.execute(select(RepairCase.id).where(*mine)).scalar()
        if known is not None:
            return Kept(known, created=False, repeated=True)
        customer_id = fields.get("customer")
        if customer_id and self._row(session, "customer", str(customer_id)) is None:
            raise Refused("the repair case names a customer that is not here", code="bad_field")
        now = self._clock.now()
        row = RepairCase(
            id=new_id(),
            workspace_id=self._workspace_id,
            key=key,
            number=next_number(session, self._workspace_id, "repair_case", "RC"),
            status="open",
            fields={},
            created_at=now,
            changed_at=now,
        )
        self._write(row, fields)
        session.add(row)
        return Kept(row.id, created=True)

    def _write(self, row: Customer | RepairCase, fields: Mapping[str, Any]) -> None:
        if isinstance(row, Customer):
            row.fields = {**row.fields, **fields}
            row.mobile_index = next(iter(self._indexes("mobile", row.fields.get("mobile"))), None)
            row.email_index = next(iter(self._indexes("email", row.fields.get("email"))), None)
        else:
            rest = dict(fields)
            row.customer_id = rest.pop("customer", row.customer_id)
            row.status = rest.pop("status", None) or row.status
            row.fields = {**row.fields, **rest}
        row.changed_at = self._clock.now()

    def _indexes(self, name: str, value: Any) -> list[str]:
        """The value's index under every key, the first of them being the one to write."""
        text = str(value or "").strip().casefold()
        return self._vault.macs(f"index:{name}", f"{self._workspace_id}:{text}") if text else []

    def _row(self, session: Session, table: str, row_id: str) -> Customer | RepairCase | None:
        row: Customer | RepairCase | None
        row = session.get(Customer if table == "customer" else RepairCase, row_id)  # type: ignore[assignment]
        return row if row is not None and row.workspace_id == self._workspace_id else None


def row_fields(row: Customer | RepairCase) -> dict[str, Any]:
    """A register row as plain fields."""
    common = {"id": row.id, "number": row.number, **row.fields}
    if isinstance(row, RepairCase):
        common |= {"customer": row.customer_id, "status": row.status}
    return common


def _check(table: str, fields: Mapping[str, Any]) -> None:
    allowed = REGISTER_TABLES.get(table)
    if allowed is None:
        raise Refused(f"the register has no table '{table}'", code="bad_table")
    unknown = sorted(fields.keys() - allowed)
    if unknown:
        raise Refused(
            f"the register's {table} has no field '{unknown[0]}'; it has: "
            + ", ".join(sorted(allowed)),
            code="bad_field",
        )

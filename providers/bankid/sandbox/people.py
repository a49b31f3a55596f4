"""The test persons of the sandbox. Their personal numbers are valid and belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody with a BankID. ``policy`` is the kind of BankID that he or she uses."""

    number: str
    given_name: str
    family_name: str
    bank: str = "Testbank A AB"
    policy: str = "1.2.3.4.25"

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.given_name} {self.family_name}"


PEOPLE = {
    person.number: person
    for person in (
        Person("191212121212", "Tolvan", "Tolvansson"),
        Person("199908072391", "Alice", "Andersson"),
        Person("198001019887", "Bob", "Berg", bank="Testbank B AB"),
        Person("197503142387", "Charlie", "Cederlund", policy="1.2.3.4.10"),
    )
}

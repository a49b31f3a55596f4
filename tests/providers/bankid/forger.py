"""What an attacker could hand in: answers from own authorities, with other contents."""

from __future__ import annotations

from dataclasses import replace

from providers.bankid.order import state_of
from providers.bankid.sandbox.people import PEOPLE
from providers.bankid.sandbox.proof import Content, Faults, make_proof
from providers.bankid.sandbox.rp_api import display_name
from tests.providers.bankid.bankid_driver import ALICE


class Forger:
    """Makes answers to one order from what an attacker may have."""

    def __init__(self, driver, provider, task, done):
        self.driver, self.provider, self.task, self.done = driver, provider, task, done
        self.authorities = driver.sandbox.authorities
        state = state_of(done.order)
        self.content = Content(
            function="Signing",
            visible=state.request["userVisibleData"],
            hidden=state.request["userNonVisibleData"],
            server_name=display_name(self.authorities.client.certificate)[0],
            display_name="Paraph Sandbox AB",
            device="phone",
        )

    def answer(self, *, person=PEOPLE[ALICE], at=None, authorities=None, faults=None, **content):
        signature, ocsp = make_proof(
            authorities or self.authorities,
            person,
            replace(self.content, **content),
            at or self.driver.clock.now(),
            faults or Faults(),
        )
        return self.with_proof(signature, ocsp)

    def with_proof(self, signature, ocsp):
        completion = {**self.done.raw["completionData"]}
        return {
            **self.done.raw,
            "completionData": {**completion, "signature": signature, "ocspResponse": ocsp},
        }

    def verdict(self, raw):
        return self.provider.conclude(self.done.order, self.task, raw)

    def refusal(self, raw):
        verdict = self.verdict(raw)
        failed = [c["check"] for c in verdict.report["checks"] if c["passed"] is False]
        assert len(failed) == (0 if verdict.accepted else 1)
        return verdict.refusal, failed[0] if failed else None

"""The suite that every hosted provider inherits: what the contract promises, and what goes wrong.

A test class inherits ``HostedSuite`` and offers a fixture ``driver``: a ``HostedDriver`` around the
provider's simulator, which also acts as the people. Nothing here knows a vendor. What is done to an
agreement that stands is in ``hosted_actions``, trouble outside in ``hosted_outside``.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hub.contracts.agreements import NOT_YET, AgreementState
from hub.contracts.capabilities import Capability
from hub.contracts.events import EventKind
from hub.kernel.errors import NotFound, Retryable
from tests.contracts.hosted_actions import HostedActions
from tests.contracts.hosted_driver import ALICE, BOB
from tests.contracts.hosted_outside import HostedOutside
from tests.contracts.provider_driver import caught

SENT = (AgreementState.SENT, AgreementState.OPENED)


class HostedSuite(HostedActions, HostedOutside):
    """Inherit it, offer ``driver``."""

    @pytest.fixture
    def provider(self, driver):
        made = driver.provider()
        yield made
        made.close()

    def test_it_declares_that_it_is_hosted_and_proves(self, driver):
        assert driver.can(Capability.HOSTED)
        assert driver.can(Capability.EVIDENCE)

    def test_the_probe_reaches_the_provider_and_shows_no_secret(self, driver, provider):
        result = provider.probe()
        assert result.summary
        assert not [secret for secret in driver.secrets if secret in repr(result)]

    def test_what_is_placed_has_a_reference_and_a_link_for_each_signer(self, driver, provider):
        placed = driver.placed(provider, driver.agreement(people=(ALICE, replace(BOB, turn=2))))
        assert placed.reference
        assert set(placed.links) == {ALICE.key, BOB.key}
        assert len(set(placed.links.values())) == 2
        assert provider.links(driver.agreement(people=(ALICE, BOB)), placed) == placed.links
        assert driver.standing_there("request-1") == 1

    def test_placing_what_is_ready_changes_nothing(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        assert provider.place(agreement, placed) == placed
        assert driver.standing_there("request-1") == 1

    def test_where_the_hub_invites_the_provider_tells_nobody(self, driver, provider):
        driver.placed(provider, driver.agreement(invited_by="hub", ways=("email", "sms")))
        assert driver.told(ALICE) == 0

    def test_where_the_provider_invites_it_tells_once_by_each_way(self, driver, provider):
        if not driver.can(Capability.SENDS_INVITATION):
            pytest.skip("it does not invite")
        for number, ways in enumerate([("email",), ("sms",), ("email", "sms")]):
            before = driver.told(ALICE)
            agreement = driver.agreement(
                external_id=f"request-{number}", invited_by="provider", ways=ways
            )
            driver.placed(provider, agreement)
            assert driver.told(ALICE) - before == len(ways), ways

    def test_two_agreements_are_two(self, driver, provider):
        first = driver.placed(provider, driver.agreement())
        second = driver.placed(provider, driver.agreement(external_id="request-2"))
        assert first.reference != second.reference

    def test_it_goes_from_sent_over_opened_to_completed(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        assert provider.survey(agreement, placed).state is AgreementState.SENT
        assert driver.act(placed, ALICE, "open")
        opened = provider.survey(agreement, placed)
        assert opened.state is AgreementState.OPENED
        assert [one.status for one in opened.people] == ["opened"]
        driver.wait(60)
        assert driver.act(placed, ALICE, "sign")
        signed = provider.survey(agreement, placed)
        assert signed.state is AgreementState.COMPLETED
        assert [(one.key, one.status) for one in signed.people] == [(ALICE.key, "signed")]
        assert signed.people[0].at == signed.at == driver.clock.now()
        assert signed.people[0].methods
        assert EventKind.OPENED.value in {one.kind for one in signed.trail}

    def test_a_survey_is_json_changes_nothing_and_holds_no_link(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        driver.act(placed, ALICE, "sign")
        first, second = (provider.survey(agreement, placed) for _ in range(2))
        assert first == second
        told = json.dumps(dict(first.raw))
        assert first.word in told
        assert not [link for link in placed.links.values() if link in told]

    def test_entries_of_the_trail_keep_their_names_when_others_are_added(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        known: list[str] = []
        for action in ("open", "open", "sign"):
            driver.act(placed, ALICE, action)
            trail = provider.survey(agreement, placed).trail
            names = [one.dedupe for one in trail]
            assert len(set(names)) == len(names)
            assert set(known) <= set(names)
            assert len(names) > len(known)
            known = names
            assert all(one.at and one.at.tzinfo for one in trail)
            driver.wait(5)

    def test_who_declines_is_told_with_the_reason_where_there_is_one(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        assert driver.act(placed, ALICE, "decline", reason="För dyrt")
        found = provider.survey(agreement, placed)
        assert found.state is AgreementState.DECLINED
        assert [one.status for one in found.people] == ["declined"]
        assert found.people[0].reason in ("", "För dyrt")
        assert not driver.act(placed, ALICE, "sign")

    def test_people_sign_in_turn_and_it_is_completed_with_the_last(self, driver, provider):
        agreement = driver.agreement(people=(ALICE, replace(BOB, turn=2)))
        placed = driver.placed(provider, agreement)
        assert not driver.act(placed, BOB, "sign")
        assert driver.act(placed, ALICE, "sign")
        found = provider.survey(agreement, placed)
        assert found.state in SENT
        assert {one.key: one.status for one in found.people}[ALICE.key] == "signed"
        assert driver.act(placed, BOB, "sign")
        done = provider.survey(agreement, placed)
        assert done.state is AgreementState.COMPLETED
        assert {one.status for one in done.people} == {"signed"}

    def test_an_approver_approves_before_a_signer_signs(self, driver, provider):
        approver = replace(BOB, role="approver", turn=1)
        agreement = driver.agreement(people=(replace(ALICE, turn=2), approver))
        placed = driver.placed(provider, agreement)
        assert not driver.act(placed, ALICE, "sign")
        assert driver.act(placed, approver, "approve")
        assert driver.act(placed, ALICE, "sign")
        found = provider.survey(agreement, placed)
        assert found.state is AgreementState.COMPLETED
        statuses = {one.key: one.status for one in found.people}
        assert statuses == {ALICE.key: "signed", BOB.key: "approved"}

    def test_a_viewer_does_not_sign_and_nobody_waits_for_one(self, driver, provider):
        viewer = replace(BOB, role="viewer")
        agreement = driver.agreement(people=(ALICE, viewer))
        placed = driver.placed(provider, agreement)
        assert not driver.act(placed, viewer, "sign")
        assert driver.act(placed, ALICE, "sign")
        assert provider.survey(agreement, placed).state is AgreementState.COMPLETED

    def test_each_line_is_told_as_the_customer_left_it(self, driver, provider):
        choices = (driver.choice("10"), driver.choice("20", chosen=True), driver.choice("30"))
        agreement = driver.agreement(choices=choices)
        placed = driver.placed(provider, agreement)
        asked = provider.survey(agreement, placed).choices
        assert asked == {"10": False, "20": True, "30": False}
        for label, value in (("Line 10", True), ("Line 20", False)):
            assert driver.act(placed, ALICE, "tick", label=label, value=value)
        driver.act(placed, ALICE, "sign")
        assert provider.survey(agreement, placed).choices == {"10": True, "20": False, "30": False}

    def test_lines_of_one_name_are_told_apart(self, driver, provider):
        choices = (driver.choice("10", label="Brakes"), driver.choice("20", label="Brakes"))
        agreement = driver.agreement(choices=choices)
        placed = driver.placed(provider, agreement)
        driver.act(placed, ALICE, "tick", label="Brakes (2)", value=True)
        assert provider.survey(agreement, placed).choices == {"10": False, "20": True}

    def test_what_must_be_viewed_is_before_anybody_signs(self, driver, provider):
        attachments = (
            driver.file("terms.pdf", "Terms", must_view=True),
            driver.file("photo.pdf", "Photo"),
        )
        agreement = driver.agreement(attachments=attachments)
        placed = driver.placed(provider, agreement)
        assert provider.survey(agreement, placed).viewed == frozenset()
        assert not driver.act(placed, ALICE, "sign")
        assert driver.act(placed, ALICE, "look", title="Terms")
        assert provider.survey(agreement, placed).viewed == {"Terms"}
        assert driver.act(placed, ALICE, "sign")

    def test_an_expired_one_says_so(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        driver.expire(placed)
        assert provider.survey(agreement, placed).state is AgreementState.EXPIRED

    def test_what_was_never_there_is_not_found(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        strange = replace(placed, reference="nothing00")
        assert isinstance(caught(lambda: provider.survey(agreement, strange)), NotFound)

    def test_the_signed_file_is_there_after_everybody_has_signed(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        early = caught(lambda: provider.signed_file(agreement, placed, 10**7))
        assert isinstance(early, Retryable)
        assert early.code == NOT_YET
        driver.act(placed, ALICE, "sign")
        content = provider.signed_file(agreement, placed, 10**7)
        assert content.startswith(b"%PDF")
        assert content != driver.paper()
        large = caught(lambda: provider.signed_file(agreement, placed, len(content) - 1))
        assert large.code == "too_large"

    def test_the_evidence_holds_the_log_and_no_link(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        driver.act(placed, ALICE, "sign")
        parts = provider.evidence(agreement, placed)
        assert parts
        assert len({part.name for part in parts}) == len(parts)
        assert all(part.content and part.content_type for part in parts)
        whole = b"\n".join(part.content for part in parts).decode()
        assert not [link for link in placed.links.values() if link in whole]

    def test_it_can_be_closed_twice(self, driver, provider):
        provider.probe()
        provider.close()
        provider.close()

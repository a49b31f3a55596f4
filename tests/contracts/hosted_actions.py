"""What is done to agreements that stand: withdraw, remind, extend, talk; and hooks.

Part of ``hosted_suite``; the classes there inherit these tests. What a provider does not declare
must raise ``Unsupported``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contracts.agreements import Agreement, AgreementState, Placed
from hub.contracts.capabilities import Capability
from hub.contracts.hosted import HostedProvider
from hub.kernel.errors import HookRejected, NotFound, OutcomeUnknown, Unsupported
from tests.contracts.hosted_driver import ALICE, BOB, HOOK_URL
from tests.contracts.provider_driver import caught


class HostedActions:
    """Each test does something to an agreement."""

    def test_a_withdrawn_one_cannot_be_signed_and_withdrawing_again_is_no_error(
        self, driver, provider
    ):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        provider.withdraw(agreement, placed)
        provider.withdraw(agreement, placed)
        assert not driver.act(placed, ALICE, "sign")
        assert driver.standing_there("request-1") == 0
        try:
            state = provider.survey(agreement, placed).state
        except NotFound:
            state = AgreementState.CANCELLED
        assert state is AgreementState.CANCELLED

    def test_a_signed_one_is_not_withdrawn(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        driver.act(placed, ALICE, "sign")
        assert caught(lambda: provider.withdraw(agreement, placed)).code == "already_signed"
        assert provider.survey(agreement, placed).state is AgreementState.COMPLETED

    def test_what_a_lost_create_left_behind_is_withdrawn_too(self, driver, provider):
        agreement = driver.agreement()
        driver.fault("drop_after", "create")
        placed = _until_it_breaks(provider, agreement)
        assert not placed.reference
        assert driver.standing_there("request-1") == 1
        provider.withdraw(agreement, placed)
        assert driver.standing_there("request-1") == 0

    def test_withdrawing_what_was_never_placed_is_no_error(self, driver, provider):
        provider.withdraw(driver.agreement(), Placed())

    def test_a_reminder_goes_to_who_has_not_signed(self, driver, provider):
        agreement = driver.agreement(people=(ALICE, BOB))
        placed = driver.placed(provider, agreement)
        if not driver.can(Capability.REMIND):
            error = caught(lambda: provider.remind(agreement, placed, "Påminnelse", "email"))
            assert isinstance(error, Unsupported)
            return
        driver.act(placed, ALICE, "sign")
        before = [driver.told(one) for one in (ALICE, BOB)]
        for way in ("email", "sms"):
            provider.remind(agreement, placed, "Påminnelse om offerten", way)
        assert [driver.told(one) for one in (ALICE, BOB)] == [before[0], before[1] + 2]

    def test_the_talk_goes_both_ways_and_each_word_is_there_once(self, driver, provider):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        if not driver.can(Capability.MESSAGES):
            error = caught(lambda: provider.say(agreement, placed, "Hej", uncertain=False))
            assert isinstance(error, Unsupported)
            return
        driver.act(placed, ALICE, "remark", text="När är den klar?")
        driver.wait(5)
        said = provider.say(agreement, placed, "På fredag.", uncertain=False)
        driver.fault("drop_after", "say")
        error = caught(lambda: provider.say(agreement, placed, "Klockan tre.", uncertain=False))
        assert isinstance(error, OutcomeUnknown)
        again = provider.say(agreement, placed, "Klockan tre.", uncertain=True)
        remarks = provider.survey(agreement, placed).remarks
        told = {(one.ours, one.text) for one in remarks}
        assert told == {
            (False, "När är den klar?"), (True, "På fredag."), (True, "Klockan tre."),
        }  # fmt: skip
        assert len(remarks) == 3
        assert {said, again} < {one.id for one in remarks}
        assert all(one.at and one.at.tzinfo for one in remarks)

    def test_its_time_can_be_extended(self, driver, provider):
        later = driver.clock.now() + timedelta(days=40)
        agreement = driver.agreement(expires_at=driver.clock.now() + timedelta(days=5))
        placed = driver.placed(provider, agreement)
        before = provider.survey(agreement, placed).expires_at
        assert before is not None
        assert abs(before - agreement.expires_at) < timedelta(days=1)
        if not _has(provider, "extend"):
            error = caught(lambda: provider.extend(agreement, placed, later))
            assert isinstance(error, Unsupported)
            return
        provider.extend(agreement, placed, later)
        driver.wait(10 * 86_400)
        found = provider.survey(agreement, placed)
        assert found.expires_at == later
        assert found.state is AgreementState.SENT

    def test_a_released_person_signs_no_more_and_the_others_complete_it(self, driver, provider):
        agreement = driver.agreement(people=(ALICE, BOB))
        placed = driver.placed(provider, agreement)
        if not _has(provider, "release"):
            error = caught(lambda: provider.release(agreement, placed, BOB.key))
            assert isinstance(error, Unsupported)
            return
        provider.release(agreement, placed, BOB.key)
        provider.release(agreement, placed, BOB.key)
        assert not driver.act(placed, BOB, "sign")
        assert driver.act(placed, ALICE, "sign")
        found = provider.survey(agreement, placed)
        assert found.state is AgreementState.COMPLETED
        statuses = {one.key: one.status for one in found.people}
        assert statuses == {ALICE.key: "signed", BOB.key: "released"}
        error = caught(lambda: provider.release(agreement, placed, ALICE.key))
        assert error.code == "already_signed"

    def test_the_dashboard_counts_by_status_and_shows_the_newest(self, driver, provider):
        if not _has(provider, "dashboard"):
            assert isinstance(caught(lambda: provider.dashboard(3)), Unsupported)
            return
        references = []
        for number in range(3):
            agreement = driver.agreement(external_id=f"request-{number}", title=f"Offer {number}")
            placed = driver.placed(provider, agreement)
            references.append(placed.reference)
            driver.wait(60)
        driver.act(placed, ALICE, "sign")
        found = provider.dashboard(2)
        counts = {one.state: one.count for one in found.tallies}
        assert counts[AgreementState.SENT] >= 2
        assert counts[AgreementState.COMPLETED] >= 1
        newest = [(one.reference, one.state) for one in found.latest]
        assert newest == [
            (references[2], AgreementState.COMPLETED), (references[1], AgreementState.SENT),
        ]  # fmt: skip
        assert found.latest[0].title == "Offer 2"
        assert found.complete

    def test_a_glance_tells_of_many_what_a_survey_tells_of_each(self, driver, provider):
        if not _has(provider, "glance"):
            assert isinstance(caught(lambda: provider.glance(["a"])), Unsupported)
            return
        assert provider.glance([]) == {}
        words = {}
        for number in range(3):
            agreement = driver.agreement(external_id=f"request-{number}")
            placed = driver.placed(provider, agreement)
            if number:
                driver.act(placed, ALICE, ("open", "sign")[number - 1])
            words[placed.reference] = provider.survey(agreement, placed).word
        assert len(set(words.values())) == 3
        assert provider.glance([*words, "nothing00"]) == words

    def test_hooks_name_the_agreement_and_are_hints_only(self, driver, provider):
        if not driver.can(Capability.HOOK):
            assert isinstance(caught(lambda: provider.read_hook(driver.hook(b"{}"))), Unsupported)
            return
        provider.keep_hooks()
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        driver.act(placed, ALICE, "open")
        bodies = driver.hook_bodies(placed)
        assert bodies
        for body in bodies:
            found = provider.read_hook(driver.hook(body))
            assert found.references == (placed.reference,)
            assert 200 <= found.answer.status < 300
            assert found.dedupe == provider.read_hook(driver.hook(body)).dedupe

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"17", b"null", b"\xff\xfe", b'{"a":'])
    def test_a_hook_that_cannot_be_read_is_rejected(self, driver, provider, body):
        if driver.can(Capability.HOOK):
            with pytest.raises(HookRejected):
                provider.read_hook(driver.hook(body))

    def test_a_hook_without_the_secret_or_the_method_is_rejected(self, driver, provider):
        if not driver.can(Capability.HOOK):
            return
        for change in ({"url": "https://hub.example/hooks/demo/hosted/x"}, {"method": "GET"}):
            with pytest.raises(HookRejected):
                provider.read_hook(driver.hook(b"{}", **change))

    def test_hooks_are_kept_in_order_however_often_it_is_done(self, driver, provider):
        if not driver.can(Capability.KEEPS_HOOKS):
            assert isinstance(caught(provider.keep_hooks), Unsupported)
            return
        provider.keep_hooks()
        wanted = sorted(driver.registered())
        assert wanted
        assert {url for _, url in wanted} == {HOOK_URL}
        assert len({event for event, _ in wanted}) == len(wanted)
        event = wanted[0][0]
        former = HOOK_URL.replace("hook-secret-1", "former-secret")
        strange = "https://crm.example/hooks/demo/other/secret"
        for url in (former, HOOK_URL, strange):
            driver.register(event, url)
        told = provider.keep_hooks()
        assert "2" in told
        assert sorted(driver.registered()) == sorted([*wanted, (event, strange)])
        provider.keep_hooks()
        assert sorted(driver.registered()) == sorted([*wanted, (event, strange)])

    def test_a_record_url_needs_no_network(self, driver, provider):
        for operation in ("survey", "create"):
            driver.fault("drop_before", operation)
        url = provider.record_url("abc123")
        assert url is None or url.startswith("http")


def _until_it_breaks(provider: HostedProvider, agreement: Agreement) -> Placed:
    """What the hub has stored when the answer of a step got lost."""
    placed = Placed()
    try:
        while not placed.ready:
            placed = provider.place(agreement, placed)
    except OutcomeUnknown:
        return placed
    raise AssertionError("no answer got lost")


def _has(provider: HostedProvider, name: str) -> bool:
    return getattr(type(provider), name) is not getattr(HostedProvider, name)

"""What a hosted provider must withstand: bad input, no answer, a wrong one, a late one.

Part of ``hosted_suite``; the classes there inherit these tests.
"""

from __future__ import annotations

import random
import traceback
from dataclasses import replace

import pytest

from hub.contracts.agreements import AgreementState, Placed
from hub.contracts.reason_texts import REASON_TEXTS
from hub.kernel.errors import AuthenticationFailed, OutcomeUnknown, Refused, Retryable, Unfit
from tests.contracts.hosted_driver import ALICE, BOB, HostedDriver
from tests.contracts.provider_driver import caught

FAULTS = ("html", "error_500", "drop_before", "drop_after", "throttled")


class HostedOutside:
    """Each test gives something bad, or lets something go wrong outside."""

    @pytest.mark.parametrize(
        "people",
        [
            pytest.param((replace(ALICE, email=None, mobile=None),), id="nobody can be reached"),
            pytest.param((replace(ALICE, role="witness"),), id="unknown role"),
            pytest.param((replace(ALICE, role="viewer"),), id="no signer"),
            pytest.param((), id="no people"),
            pytest.param((replace(ALICE, mobile="0701740605"),), id="mobile not international"),
            pytest.param((replace(ALICE, email="alice@"),), id="no address"),
            pytest.param((replace(ALICE, mobile=None, code="sms"),), id="code without mobile"),
        ],
    )
    def test_people_who_do_not_fit_are_refused_before_anything_is_sent(
        self, driver, provider, people
    ):
        _is_refused(driver, provider, driver.agreement(people=people))

    def test_a_file_that_is_too_large_is_refused_before_anything_is_sent(self, driver, provider):
        huge = replace(driver.file(), size=10**9)
        _is_refused(driver, provider, driver.agreement(file=huge))
        _is_refused(driver, provider, driver.agreement(attachments=(huge,)))

    def test_good_agreements_pass_the_check_without_network(self, driver, provider):
        for operation in ("upload", "create", "survey"):
            driver.fault("drop_before", operation)
        provider.check(driver.agreement(people=(ALICE, replace(BOB, role="viewer"))))
        provider.check(driver.agreement(people=(replace(ALICE, code="sms"),)))

    def test_wrong_credentials_pause_probe_and_placing_alike(self, driver):
        wrong = driver.provider(**driver.wrong_credentials())
        for error in (
            caught(wrong.probe),
            caught(lambda: wrong.place(driver.agreement(), Placed())),
        ):
            assert isinstance(error, AuthenticationFailed)
            assert error.detail
        wrong.close()

    @pytest.mark.parametrize("operation", ["upload", "create", "deliver"])
    @pytest.mark.parametrize("fault", FAULTS)
    def test_trouble_while_placing_leaves_one_agreement_and_tells_once(
        self, driver, provider, operation, fault
    ):
        agreement = driver.agreement(invited_by="provider", choices=(driver.choice("10"),))
        driver.fault(fault, operation)
        placed = driver.placed(provider, agreement)
        assert driver.standing_there("request-1") == 1
        assert driver.told(ALICE) == 1
        assert set(provider.survey(agreement, placed).choices) == {"10"}

    def test_any_mix_of_trouble_leaves_one_agreement_and_tells_once(self, driver, provider):
        dice = random.Random(6)

        def trouble():
            driver.clear()
            if dice.random() < 0.5:
                driver.fault(dice.choice(FAULTS), "any")

        for run in range(12):
            agreement = driver.agreement(
                external_id=f"request-{run}",
                invited_by="provider",
                choices=(driver.choice("10"), driver.choice("20")),
                attachments=(driver.file("terms.pdf", "Terms"),),
            )
            before = driver.told(ALICE)
            driver.placed(provider, agreement, trouble)
            driver.clear()
            assert driver.standing_there(agreement.external_id) == 1, run
            assert driver.told(ALICE) - before == 1, run

    @pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
    def test_a_create_whose_answer_is_lost_again_and_again_is_made_once(
        self, driver, provider, fault
    ):
        steps = iter(range(60))

        def trouble():
            driver.clear()
            if next(steps) < 20:
                driver.fault(fault, "create")

        assert driver.placed(provider, driver.agreement(), trouble).ready
        assert driver.standing_there("request-1") == 1

    def test_a_create_that_never_happened_is_made_after_the_lookup(self, driver, provider):
        agreement = driver.agreement()
        driver.fault("drop_before", "create")
        assert driver.placed(provider, agreement).ready
        assert driver.standing_there("request-1") == 1

    def test_a_create_whose_answer_was_lost_is_an_unknown_outcome(self, driver, provider):
        driver.fault("drop_after", "create")
        with pytest.raises(OutcomeUnknown):
            _place_to_the_end(driver, provider)

    @pytest.mark.parametrize("fault", FAULTS)
    def test_trouble_while_surveying_passes(self, driver, provider, fault):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        driver.fault(fault, "survey")
        error = caught(lambda: provider.survey(agreement, placed))
        assert isinstance(error, Retryable)
        assert not isinstance(error, OutcomeUnknown)
        driver.wait(error.retry_after or 0)
        assert provider.survey(agreement, placed).state is AgreementState.SENT

    def test_who_asks_to_wait_is_obeyed(self, driver, provider):
        driver.fault("throttled", "create")
        error = caught(lambda: _place_to_the_end(driver, provider))
        assert isinstance(error, Retryable)
        assert error.retry_after

    @pytest.mark.parametrize("fault", ["html", "error_500", "drop_before"])
    def test_trouble_while_fetching_the_signed_file_passes(self, driver, provider, fault):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        driver.act(placed, ALICE, "sign")
        driver.fault(fault, "file")
        assert isinstance(caught(lambda: provider.signed_file(agreement, placed, 10**7)), Retryable)
        assert provider.signed_file(agreement, placed, 10**7).startswith(b"%PDF")

    @pytest.mark.parametrize("fault", FAULTS)
    def test_trouble_while_withdrawing_passes(self, driver, provider, fault):
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        driver.fault(fault, "withdraw")
        error = caught(lambda: provider.withdraw(agreement, placed))
        assert isinstance(error, Retryable)
        driver.wait(error.retry_after or 0)
        provider.withdraw(agreement, placed)
        assert driver.standing_there("request-1") == 0

    def test_a_slow_provider_is_given_up_after_the_time_limit(self, driver):
        provider = driver.provider(**driver.impatient())
        driver.fault("slow", "upload")
        assert isinstance(caught(lambda: _place_to_the_end(driver, provider)), Retryable)
        driver.clear()
        provider.close()

    @pytest.mark.parametrize("fault", ["html", "error_500", "drop_after"])
    @pytest.mark.parametrize("operation", ["create", "survey", "file", "say"])
    def test_errors_and_logs_hold_no_person_no_link_and_no_secret(
        self, driver, provider, fault, operation, caplog, capsys
    ):
        caplog.set_level("DEBUG")
        caplog.set_level("WARNING", "urllib3")  # as the hub has it
        agreement = driver.agreement()
        placed = driver.placed(provider, agreement)
        if operation == "file":
            driver.act(placed, ALICE, "sign")
        driver.fault(fault, operation)
        again = replace(agreement, external_id="request-2")
        calls = {
            "create": lambda: _place_to_the_end(driver, provider, again),
            "survey": lambda: provider.survey(agreement, placed),
            "file": lambda: provider.signed_file(agreement, placed, 10**7),
            "say": lambda: provider.say(agreement, placed, "Ring mig", uncertain=False),
        }
        error = caught(calls[operation])
        captured = capsys.readouterr()
        told = "\n".join(
            [
                *(str(error), error.detail, error.customer, *traceback.format_exception(error)),
                *(caplog.text, captured.out, captured.err),
            ]
        )
        private = [*private_words(driver), *placed.links.values()]
        assert not [word for word in private if word in told]


def private_words(driver: HostedDriver) -> list[str]:
    """What must stand in no log and no error."""
    people = [word for one in (ALICE, BOB) for word in (one.name, one.email, one.mobile)]
    return [word for word in (*people, *driver.secrets) if word]


def _is_refused(driver, provider, agreement):
    """Refused by the check and when placed, with words, and nothing was sent."""
    driver.fault("drop_before", "upload")
    driver.fault("drop_before", "create")
    for call in (
        lambda: provider.check(agreement),
        lambda: provider.place(agreement, Placed()),
    ):
        error = caught(call)
        assert isinstance(error, Refused)
        words = error.words if isinstance(error, Unfit) else REASON_TEXTS.get(error.code, {})
        assert {"en", "sv"} <= set(words), error.code
        told = "\n".join([error.detail, *words.values()])
        assert not [word for word in private_words(driver) if word in told]


def _place_to_the_end(driver, provider, agreement=None):
    """Without trying again."""
    agreement, placed = agreement or driver.agreement(), Placed()
    while not placed.ready:
        placed = provider.place(agreement, placed)
        driver.wait(max(placed.again_after, 1.0))
    return placed

"""What NAV's refusals mean, in whatever language they come."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from connectors.dynamics_nav import codes
from connectors.dynamics_nav.refusals import WORDS
from hub.contracts.reason_texts import ENDING_TEXTS
from hub.contracts.requests import RequestState
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    NotFound,
    OutcomeUnknown,
    RecordLocked,
    Refused,
    Retryable,
    TooLarge,
    Unfit,
)

LANGUAGES = set(ENDING_TEXTS[RequestState.DECLINED])


@pytest.mark.parametrize(
    ("kind", "text", "error", "code"),
    [
        ("NavCSideRecordNotFoundException", "The Customer does not exist.", NotFound, "not_found"),
        ("NavCSideDuplicateKeyException", "The Sales Header already exists.", codes.Duplicate,
         "duplicate"),
        ("NavCSideValidateTableRelationException", "X cannot be found", Refused,
         "unknown_relation"),
        ("NavNCLEvaluateException", "x is no Decimal", Refused, "bad_value"),
        ("NavNCLStringLengthExceededException", "too long", Refused, "too_long"),
        ("NavFilterException", "the filter is not valid", Refused, "unsearchable"),
        ("NavNCLCallbackNotAllowedException", "no UI", Refused, "dialog_opened"),
        ("NavPermissionException", "no permission", Refused, "forbidden"),
        ("NavCSideLockTimeoutException", "locked", RecordLocked, "record_locked"),
        ("NavNCLDialogException", "You must not do this.", Refused, "refused"),
        ("NavSomethingNewException", "The thing does not exist.", NotFound, "not_found"),
        ("NavSomethingNewException", "Kunden finns redan.", codes.Duplicate, "duplicate"),
    ],
)  # fmt: skip
def test_a_faults_class_decides(kind, text, error, code):
    found = codes.fault(f"a:Microsoft.Dynamics.Nav.Types.Exceptions.{kind}", text)
    assert (type(found), found.code) == (error, code)


@pytest.mark.parametrize(
    "text",
    [
        'Other user has modified "Sales Quote" "No.=CONST(VQ1001)"',
        'En annan användare har ändrat "Försäljningsoffert"',
        "En anden bruger har ændret Salgstilbud",
        "En annen bruker har endret Salgstilbud",
        "Toinen käyttäjä on muuttanut tietuetta",
        "Ein anderer Benutzer hat den Datensatz geändert",
        "Un autre utilisateur a modifié l'enregistrement",
    ],
)
@pytest.mark.parametrize("kind", ["NavCSideException", "NavUnheardOfException"])
def test_somebody_elses_change_is_told_by_its_words_where_the_class_says_nothing(kind, text):
    assert isinstance(codes.fault(f"a:x.{kind}", text), codes.LostRace)


def test_the_class_of_a_stale_key_is_enough_in_any_language():
    code = "a:Microsoft.Dynamics.Nav.Service.WebServices.ServiceBrokerException"
    assert isinstance(codes.fault(code, "???"), codes.LostRace)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Status must be equal to 'Open'  in Sales Header: No.=VO1. Current value is 'Released'.",
         "document_released"),
        ("Status måste vara lika med 'Öppen' i Försäljningshuvud", "document_released"),
        ("Status skal være lig med 'Åben' i Salgshoved", "document_released"),
        ("Status må være lik 'Åpen' i Salgshode", "document_released"),
        ("You cannot create this type of document when Customer K1 is blocked with type All",
         "customer_blocked"),
        ("Kunden K1 är spärrad med typen Alla", "customer_blocked"),
        ("Debitor K1 er spærret", "customer_blocked"),
        ("Kunde K1 er sperret", "customer_blocked"),
        ("Line 10000 is already invoiced", "line_invoiced"),
        ("Raden 10000 är redan fakturerad", "line_invoiced"),
        ("There is no Currency Exchange Rate within the filter", "no_exchange_rate"),
        ("Det finns ingen Valutakurs inom filtret", "no_exchange_rate"),
        ("There is nothing to release for the document of type Quote", "no_lines"),
        ("Det finns inget att släppa", "no_lines"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["NavTestFieldException", "NavNCLDialogException"])
def test_what_users_can_mend_has_a_code_and_words(kind, text, code):
    found = codes.fault(f"a:x.{kind}", text)
    assert isinstance(found, Unfit)
    assert found.code == code
    assert found.words == WORDS[code]
    assert found.customer == WORDS[code]["en"]


def test_the_words_are_there_in_every_language():
    assert {name: set(words) for name, words in WORDS.items()} == dict.fromkeys(WORDS, LANGUAGES)


def test_an_unmapped_class_is_logged_once():
    with capture_logs() as logs:
        for _ in range(2):
            codes.fault("a:x.NavNobodyKnowsThisOneException", "text")
    assert [one["code"] for one in logs] == ["NavNobodyKnowsThisOneException"]


def test_the_vendors_text_stays_without_what_is_personal():
    found = codes.fault(
        "a:x.NavNCLDialogException",
        "Alice Åkesson (alice@example.com, +46 70 174 06 70) may not.",
        sent=["Alice Åkesson"],
    )
    assert found.detail.endswith("may not.")
    assert not [word for word in ("Alice", "alice@", "174 06") if word in found.detail]
    cut = codes.told("It already exists. Identification fields and values: Name='Alice'")
    assert cut.startswith("It already exists.")
    assert "Alice" not in cut


@pytest.mark.parametrize(
    ("code", "error", "word"),
    [
        ("Request_EntityChanged", codes.LostRace, "changed_meanwhile"),
        ("BadRequest_InvalidToken", codes.LostRace, "changed_meanwhile"),
        ("Internal_RecordNotFound", NotFound, "not_found"),
        ("Internal_EntityWithSameKeyExists", codes.Duplicate, "duplicate"),
        ("Internal_InvalidTableRelation", Refused, "unknown_relation"),
        ("Internal_CompanyNotFound", ConfigurationError, "configuration"),
        ("Application_DialogException", Refused, "refused"),
        ("Application_StringExceededLength", Refused, "too_long"),
        ("Application_FieldValidationException", Refused, "refused"),
        ("Application_SomethingElse", Refused, "refused"),
        ("Authentication_InvalidCredentials", AuthenticationFailed, "authentication_failed"),
        ("Authorization_RequestDenied", Refused, "forbidden"),
        ("BadRequest_MethodNotImplemented", Refused, "bad_call"),
    ],
)
def test_codes_of_odata_and_the_api(code, error, word):
    found = codes.coded(code, "No. CorrelationId:  1234.", status=400)
    assert found is not None
    assert (type(found), found.code) == (error, word)
    assert "Correlation" not in found.detail


def test_a_code_that_is_not_mapped_leaves_it_to_the_status():
    assert codes.coded("Internal_ServerError", "x", status=500) is None
    assert codes.coded("", "x", status=500) is None


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (401, AuthenticationFailed, AuthenticationFailed),
        (403, Refused, Refused),
        (404, NotFound, NotFound),
        (405, Retryable, Retryable),
        (408, Retryable, OutcomeUnknown),
        (413, TooLarge, TooLarge),
        (429, Retryable, Retryable),
        (500, Retryable, OutcomeUnknown),
        (503, Retryable, OutcomeUnknown),
    ],
)
def test_a_status_says_whether_something_may_have_happened(status, read, write):
    for changes, wanted in ((False, read), (True, write)):
        found = codes.by_status(status, changes=changes, retry_after=7.0)
        assert isinstance(found, wanted)
        assert isinstance(found, OutcomeUnknown) == (wanted is OutcomeUnknown)
        if status in (429, 503):
            assert found.retry_after == 7.0


def test_a_surface_that_is_off_is_told_so():
    assert "switched off" in codes.by_status(405, changes=True).detail

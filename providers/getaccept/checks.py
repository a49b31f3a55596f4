"""Whether an agreement can be placed at all, before anything is sent. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.contracts.agreements import Agreement, AgreementFile, AgreementPerson
from hub.contracts.papers import APPROVER, COPY, ROLES, SIGNER, VIEWER
from hub.contracts.requests import Reason
from hub.kernel.errors import Refused, Unfit
from hub.toolkit.addresses import BadAddress, wire_address
from hub.toolkit.phone import is_e164
from providers.getaccept.settings import EXTERNAL, GetAcceptSettings
from providers.getaccept.words import WORDS

# What GetAccept makes pages of, by the file's ending.
KINDS = frozenset({
    "pdf", "doc", "docx", "xl", "xls", "xlsx", "ppt", "pptx", "numbers", "key", "jpg", "jpeg",
    "png", "html", "tex", "csv",
})  # fmt: skip
_PDF = "application/pdf"
_MB = 1_000_000


def role_of(role: str, settings: GetAcceptSettings) -> str:
    """The vendor's word for a role; empty for one that it does not have. Who only gets a copy is
    a viewer there, from the beginning."""
    approver = "externalApprover" if settings.approvers == EXTERNAL else "internalApprover"
    return {SIGNER: "signer", APPROVER: approver, VIEWER: "cc", COPY: "cc"}.get(role, "")


def has_order(agreement: Agreement) -> bool:
    """Whether those who act do so one after the other."""
    return len({one.turn for one in agreement.people if one.role in (SIGNER, APPROVER)}) > 1


def file_name(file: AgreementFile) -> str:
    """The name with the ending that a conversion goes by."""
    name = " ".join(file.name.replace("/", " ").replace("\\", " ").split()) or "document"
    is_pdf = file.media_type.partition(";")[0].strip().lower() == _PDF
    return name if not is_pdf or name.lower().endswith(".pdf") else f"{name}.pdf"


def check(agreement: Agreement, settings: GetAcceptSettings) -> None:
    """Raise ``Refused`` with the first thing that is not in order."""
    for problem in _problems(agreement, settings):
        raise problem


def unfit(code: str, detail: str, **values: Any) -> Unfit:
    """An error with words for the sender."""
    words = {language: text.format(**values) for language, text in WORDS[code].items()}
    return Unfit(code, detail, words=words, **values)


def _problems(agreement: Agreement, settings: GetAcceptSettings) -> Iterator[Refused]:
    for person in agreement.people:
        yield from _person(person, agreement, settings)
    signers = [one.turn for one in agreement.people if one.role == SIGNER]
    if not signers:
        yield unfit("no_signer", "nobody has the role of signer")
    approvers = [one.turn for one in agreement.people if one.role == APPROVER]
    if has_order(agreement) and approvers and max(approvers) >= max(signers):
        yield unfit("approver_last", "an approver is in the last turn")
    yield from _contacts(agreement)
    yield from _files(agreement, settings)


def _contacts(agreement: Agreement) -> Iterator[Refused]:
    """To GetAccept one e-mail address, or one mobile where there is none, is one recipient."""
    acting = [one for one in agreement.people if one.role in (SIGNER, APPROVER)]
    contacts = [(one.email or one.mobile or "").casefold() for one in acting]
    if len(set(contacts)) < len(contacts):
        yield unfit("same_contact", "two people who act have the same e-mail or mobile")


def _person(
    person: AgreementPerson, agreement: Agreement, settings: GetAcceptSettings
) -> Iterator[Refused]:
    who = f"recipient '{person.key}'"
    if person.role not in ROLES or not role_of(person.role, settings):
        yield unfit("unknown_role", f"{who} has the unknown role '{person.role[:40]}'")
    if not person.name.strip():
        yield unfit("no_name", f"{who} has no name")
    if not person.email and not person.mobile:
        yield unfit("no_contact", f"{who} has neither e-mail nor mobile")
    if person.mobile and not is_e164(person.mobile):
        yield Refused(f"the mobile of {who} is not international", code=Reason.BAD_NUMBER)
    if person.email and not _is_address(person.email):
        yield Refused(f"the e-mail address of {who} is none", code=Reason.BAD_ADDRESS)
    if person.code and person.code != "sms":
        yield Refused(f"GetAccept gives no code by '{person.code[:20]}'", code=Reason.BAD_RECORD)
    if person.code and not person.mobile:
        yield Refused(f"{who} needs a mobile for the code", code=Reason.MISSING_NUMBER)
    if agreement.invited_by == "provider":
        if not person.email and "sms" not in agreement.ways:
            yield Refused(
                f"{who} has only a mobile, and SMS is not among the ways",
                code=Reason.MISSING_ADDRESS,
            )
        if not person.mobile and "email" not in agreement.ways:
            yield Refused(
                f"{who} has only an e-mail address, and e-mail is not among the ways",
                code=Reason.MISSING_NUMBER,
            )


def _files(agreement: Agreement, settings: GetAcceptSettings) -> Iterator[Refused]:
    limit = settings.largest_file
    for number, file in enumerate((agreement.file, *agreement.attachments)):
        what = "the document" if number == 0 else f"attachment {number}"
        if file.size > limit:
            detail = f"{what} has {file.size} bytes, GetAccept takes {limit}"
            yield unfit("file_too_large", detail, limit=f"{limit / _MB:g}")
        if file.size <= 0:
            yield Refused(f"{what} is empty", code=Reason.BAD_DOCUMENT)
    ending = file_name(agreement.file).lower().rpartition(".")[2]
    if ending not in KINDS:
        yield unfit("file_kind", "the document's name has no ending that GetAccept converts")


def _is_address(email: str) -> bool:
    try:
        wire_address(email)
    except BadAddress:
        return False
    return True

"""What comes back to a simulated mail: a person's answer or a bounce, handed to the hub's hook as a
mail server hands it over."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import requests

DOMAIN = "kund.example"
NOBODY = 0  # no status: nobody takes it
_HUB = 30.0  # seconds
_BOUNCE = """\
Reporting-MTA: dns; mx.{domain}
Arrival-Date: {at}

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
"""


def takes_answers(raw: bytes, domain: str) -> bool:
    """Whether the sender of a mail says that answers go to ``domain``."""
    mail = message_from_bytes(raw, policy=policy.default)
    return str(mail["Reply-To"] or "").endswith(f"@{domain}")


def workspace_of(raw: bytes) -> str:
    """Whose mail it is, by its list: ``<demo.paraph.example>``."""
    mail = message_from_bytes(raw, policy=policy.default)
    return str(mail["List-Id"] or "").strip("<>").partition(".")[0]


def written(raw: bytes, to: str, text: str, at: datetime) -> bytes:
    """The answer that ``to`` writes to a mail, with the mail quoted below as programs do."""
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",))
    said = str(body.get_content()) if body is not None else ""
    quoted = "\n".join(f"> {line}" for line in said.splitlines())
    answer = EmailMessage(policy=policy.SMTP)
    answer["From"] = to
    answer["To"] = str(mail["Reply-To"])
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Date"] = format_datetime(at)
    answer["Message-ID"] = make_msgid(domain=DOMAIN)
    answer["In-Reply-To"] = str(mail["Message-ID"])
    answer.set_content(f"{text}\n\nOn {at:%d %B %Y at %H:%M}, {mail['From']} wrote:\n{quoted}\n")
    return answer.as_bytes()


def undelivered(raw: bytes, to: str, at: datetime) -> bytes:
    """What a mail server says of a mail that it could not deliver (RFC 3464)."""
    mail = message_from_bytes(raw, policy=policy.default)
    bounce = EmailMessage(policy=policy.SMTP)
    bounce["From"] = f"MAILER-DAEMON@mx.{DOMAIN}"
    bounce["To"] = str(mail["From"])
    bounce["Subject"] = "Undelivered Mail Returned to Sender"
    bounce["Date"] = format_datetime(at)
    bounce["Message-ID"] = make_msgid(domain=DOMAIN)
    bounce["Auto-Submitted"] = "auto-replied"
    bounce.set_content("This mail could not be delivered.\n")
    bounce.make_mixed()
    bounce.attach(_status(to, at))
    bounce.add_attachment(mail)
    bounce.set_type("multipart/report")
    bounce.set_param("report-type", "delivery-status")
    return bounce.as_bytes()


def hand_over(hook: str, raw: bytes) -> int:
    """Give a mail to the hub; its answer, or ``NOBODY`` where it does not answer."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.post(
                hook, data=raw, headers={"Content-Type": "message/rfc822"}, timeout=_HUB
            ).status_code
        except requests.RequestException:
            return NOBODY


def _status(to: str, at: datetime) -> EmailMessage:
    text = _BOUNCE.format(domain=DOMAIN, to=to, at=format_datetime(at))
    head = "Content-Type: message/delivery-status\n\n"
    return message_from_bytes((head + text).encode(), policy=policy.SMTP)

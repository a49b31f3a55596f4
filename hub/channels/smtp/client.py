"""The wire: one SMTP session, said step by step so that the last reply is kept.

``smtplib.sendmail`` throws the final ``250 ... queued as`` away and cannot tell a connection that
broke before the message was sent from one that broke after; so MAIL, RCPT and DATA are said here.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hub.channels.smtp.codes import Phase, failure
from hub.channels.smtp.settings import SmtpSettings
from hub.kernel.errors import AuthenticationFailed, OutcomeUnknown, Retryable
from hub.toolkit.addresses import wire_domain

GOODBYE = 2.0  # seconds to wait for the answer to QUIT
_LONE_DOT = re.compile(rb"(?m)^\.")


class SmtpClient:
    """Sessions with one relay."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def check(self) -> str:
        """Log in and say goodbye; the extensions that the relay offers, in one line."""
        with self._session() as session:
            code, text = session.noop()
            if code != 250:
                raise failure(code, text, Phase.CONNECT)
            return " ".join(sorted(session.esmtp_features))

    def deliver(self, sender: str, recipient: str, raw: bytes) -> str:
        """Hand over one mail; the server's last words, such as ``2.0.0 Ok: queued as 4F1C``."""
        with self._session() as session:
            self._say(session.mail(sender), Phase.SENDER)
            self._say(session.rcpt(recipient), Phase.RECIPIENT)
            code, text = session.docmd("DATA")
            if code != 354:
                raise failure(code, text, Phase.CONTENT)
            code, text = self._body(session, raw)
            if code != 250:
                raise failure(code, text, Phase.CONTENT)
            return text.decode("utf-8", "replace")

    def _body(self, session: smtplib.SMTP, raw: bytes) -> tuple[int, bytes]:
        try:
            session.send(_LONE_DOT.sub(b"..", raw) + b".\r\n")
            return session.getreply()
        except OSError:
            raise OutcomeUnknown("the mail server did not answer after the message") from None

    def _say(self, reply: tuple[int, bytes], phase: Phase) -> None:
        code, text = reply
        if code not in (250, 251):
            raise failure(code, text, phase)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        session = None
        try:
            session = self._connect()
            yield session
        except smtplib.SMTPAuthenticationError as error:
            raise failure(error.smtp_code, _bytes(error.smtp_error), Phase.LOGIN) from None
        except smtplib.SMTPNotSupportedError:
            raise AuthenticationFailed(
                "the mail server offers no STARTTLS or no login: mend the instance's settings",
                code="not_offered",
            ) from None
        except smtplib.SMTPResponseException as error:
            raise failure(error.smtp_code, _bytes(error.smtp_error), Phase.CONNECT) from None
        except ssl.SSLError:
            raise Retryable("TLS with the mail server failed", code="tls_failed") from None
        except OSError as error:  # every SMTPException is one, and so is a refused connection
            raise Retryable(f"the mail server is not there ({type(error).__name__})") from None
        finally:
            if session is not None:
                _leave(session)

    def _connect(self) -> smtplib.SMTP:
        wanted = self._settings
        context = self._tls()
        # Named so that smtplib does not ask DNS who this machine is.
        own_name = wire_domain(wanted.from_address.rpartition("@")[2])
        if wanted.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                wanted.host, wanted.port, own_name, timeout=wanted.timeout, context=context
            )
        else:
            session = smtplib.SMTP(wanted.host, wanted.port, own_name, timeout=wanted.timeout)
        try:
            session.ehlo_or_helo_if_needed()
            if wanted.security == "starttls":
                session.starttls(context=context)
                session.ehlo()
            if wanted.username:
                session.login(wanted.username, wanted.password)
        except BaseException:
            session.close()
            raise
        return session

    def _tls(self) -> ssl.SSLContext | None:
        # Without a context of ours smtplib would take any certificate.
        if self._settings.security == "none":
            return None
        try:
            return ssl.create_default_context(cafile=self._settings.ca_file or None)
        except (OSError, ssl.SSLError):
            raise AuthenticationFailed(
                "the CA file cannot be read: mend the instance's setting 'ca_file'", code="ca_file"
            ) from None


def _leave(session: smtplib.SMTP) -> None:
    # The mail is handed over or refused by now; how the goodbye goes changes nothing.
    with suppress(OSError):
        if session.sock is not None:
            session.sock.settimeout(GOODBYE)
        session.quit()
    session.close()


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")

"""A small time-stamp authority (RFC 3161): `openssl ts` behind HTTP, with a root of its own.

POST a query to its address; `root.pem` and `root.crl` are there to fetch. Faults to switch on:
`unavailable`, `slow`, `refuses`, `garbage`, `wrong_imprint` (stamps something else) and
`wrong_clock` (a day ahead; openssl always takes the machine's clock, so pyHanko makes this one).
"""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from flask import Flask, Response, jsonify, request
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from hub.contracts.sandbox import SandboxContext
from hub.sandbox.timestamp_keys import AuthorityKeys, make_keys
from hub.toolkit.switchboard import CallHook, Switchboard

FAULTS = ("unavailable", "slow", "refuses", "garbage", "wrong_imprint", "wrong_clock")
_AHEAD = timedelta(days=1)
_REPLY = "application/timestamp-reply"
_CONFIG = """\
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
signer_cert = {folder}/authority.pem
signer_key = {folder}/authority.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
tsa_name = yes
ess_cert_id_alg = sha256
"""


class TimestampAuthority:
    """The authority of one sandbox. Keys are made in the context's folder; the root stays."""

    title = "Time-stamp authority"

    def __init__(self, context: SandboxContext, on_call: CallHook | None = None) -> None:
        self.switches = Switchboard(FAULTS, on_call)
        self._clock = context.clock
        self._folder = context.folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._keys = make_keys(self._folder, context.base_url, context.clock.wall())
        (self._folder / "openssl.cnf").write_text(_CONFIG.format(folder=self._folder), "utf-8")
        if not (self._folder / "serial").exists():
            (self._folder / "serial").write_text("01\n", "ascii")
        self._lock = threading.Lock()  # openssl counts the stamps in a file

    @property
    def root(self) -> Path:
        """The PEM file of its root."""
        return self._folder / "root.pem"

    def reset(self) -> None:
        """Faults off, counts at zero."""
        self.switches.reset()

    def wsgi(self) -> Callable[..., Any]:
        """The WSGI app: the authority, its root and list, and ``/_control/``."""
        app = Flask("hub.sandbox.timestamps")

        @app.post("/")
        def stamp() -> Response | tuple[str, int]:
            with self.switches.call("stamp"):
                return self._answer(request.get_data())

        @app.get("/root.pem")
        def root() -> Response:
            return Response(self.root.read_bytes(), mimetype="application/x-pem-file")

        @app.get("/root.crl")
        def revoked() -> Response:
            return Response(self._keys.revoked(self._clock.wall()), mimetype="application/pkix-crl")

        @app.route("/_control/<any(faults, calls):resource>", methods=["GET", "POST", "DELETE"])
        def switches(resource: str) -> tuple[Response, int]:
            data = request.get_json(silent=True) or {}
            status, body = self.switches.control(request.method, resource, data)
            return jsonify(body), status

        return app

    def _answer(self, query: bytes) -> Response | tuple[str, int]:
        if self.switches.strikes("unavailable"):
            return "try again later", 503
        if self.switches.strikes("refuses"):
            return "who are you", 403
        if fault := self.switches.strikes("slow"):
            self.switches.hold(fault.seconds)
        if self.switches.strikes("garbage"):
            return Response(b"<html>Welcome to the hotel's network</html>", mimetype=_REPLY)
        if self.switches.strikes("wrong_imprint"):
            query = _another(query)
        if self.switches.strikes("wrong_clock"):
            return Response(self._ahead(query, self._clock.wall() + _AHEAD), mimetype=_REPLY)
        return Response(self.stamp(query), mimetype=_REPLY)

    def stamp(self, query: bytes) -> bytes:
        """The answer to a query, as ``openssl ts`` makes it."""
        with self._lock, tempfile.NamedTemporaryFile(dir=self._folder, suffix=".tsq") as asked:
            asked.write(query)
            asked.flush()
            command = ["openssl", "ts", "-reply", "-queryfile", asked.name]
            made = subprocess.run(
                [*command, "-config", str(self._folder / "openssl.cnf")],
                capture_output=True,
                check=True,
            )
        return made.stdout

    def _ahead(self, query: bytes, at: datetime) -> bytes:
        own: AuthorityKeys = self._keys
        certificate = asn1.Certificate.load(own.certificate_der)
        private = keys.PrivateKeyInfo.load(own.key_der)
        stamper = DummyTimeStamper(certificate, private, fixed_dt=at)
        asked = tsp.TimeStampReq.load(query)
        answer: bytes = asyncio.run(stamper.async_request_tsa_response(asked)).dump()
        return answer


def _another(query: bytes) -> bytes:
    """The query with another digest in it."""
    asked = tsp.TimeStampReq.load(query)
    imprint = asked["message_imprint"]
    imprint["hashed_message"] = bytes(len(imprint["hashed_message"].native))
    changed: bytes = asked.dump(force=True)
    return changed

"""A relying party that speaks to the sandbox without the provider in between."""

from __future__ import annotations

import base64

from hub.toolkit.http import HttpClient

TEXT = base64.b64encode("Hej på dig".encode()).decode()
SIGN = {"endUserIp": "192.0.2.7", "userVisibleData": TEXT}
JSON = {"Content-Type": "application/json"}


def client_of(sandbox, name="client"):
    path = sandbox.authorities.path
    return HttpClient(
        sandbox.rp_url,
        verify=path("tls_root"),
        cert=(path(name), path(name, "key")),
        timeout=(2, 5),
    )


class RelyingParty:
    """Speaks to the sandbox without the provider in between."""

    def __init__(self, sandbox, name="client"):
        self.http = client_of(sandbox, name)

    def post(self, operation, body):
        return self.http.call("POST", f"/{operation}", json=body)

    def start(self, operation="sign", **changes):
        answer = self.post(operation, {**SIGN, **changes})
        assert answer.status == 200, answer.text
        return answer.json()

    def collect(self, reference):
        return self.post("collect", {"orderRef": reference})

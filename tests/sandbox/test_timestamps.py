"""The sandbox's time-stamp authority, as openssl's own client sees it."""

from __future__ import annotations

import subprocess

import pytest
from werkzeug.test import Client

from hub.contracts.sandbox import SandboxContext
from hub.sandbox.timestamps import FAULTS, TimestampAuthority


@pytest.fixture
def authority(tmp_path):
    return TimestampAuthority(SandboxContext("http://127.0.0.1:1/timestamps", tmp_path / "tsa"))


@pytest.fixture
def client(authority):
    return Client(authority.wsgi())


def openssl(folder, *arguments):
    command = ["openssl", "ts", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("digest", ["-sha256", "-sha384", "-sha512"])
def test_openssl_accepts_what_it_answers(authority, client, tmp_path, digest):
    (tmp_path / "data").write_bytes(b"an offer")
    openssl(tmp_path, "-query", "-data", "data", digest, "-cert", "-out", "query")
    answer = client.post("/", data=(tmp_path / "query").read_bytes())
    assert answer.content_type == "application/timestamp-reply"
    (tmp_path / "reply").write_bytes(answer.data)
    told = openssl(
        tmp_path, "-verify", "-queryfile", "query", "-in", "reply", "-CAfile", str(authority.root)
    )
    assert "Verification: OK" in told.stdout, told


def test_the_root_stays_when_the_sandbox_starts_again(authority, tmp_path):
    before = authority.root.read_bytes()
    again = TimestampAuthority(SandboxContext("http://127.0.0.1:2/timestamps", tmp_path / "tsa"))
    assert again.root.read_bytes() == before


def test_root_and_list_are_there_to_fetch(authority, client):
    assert client.get("/root.pem").data == authority.root.read_bytes()
    assert client.get("/root.crl").content_type == "application/pkix-crl"


def test_faults_are_switched_on_and_off(client):
    known = client.get("/_control/faults").json["known"]
    assert known == sorted(FAULTS)
    client.post("/_control/faults", json={"fault": "unavailable", "times": 1})
    assert client.post("/", data=b"").status_code == 503
    client.post("/_control/faults", json={"fault": "garbage"})
    assert b"html" in client.post("/", data=b"").data
    client.delete("/_control/faults")
    assert client.get("/_control/calls").json == {"stamp": 2}

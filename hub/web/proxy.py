"""Who is calling: the client's address behind a known number of proxies of ours."""

from __future__ import annotations

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix


def trust_proxies(app: Flask, hops: int) -> None:
    """Believe ``X-Forwarded-For`` and ``-Proto`` of exactly ``hops`` proxies; with 0 believe
    nobody."""
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_prefix=0
        )


def client_ip(request: Request) -> str:
    """The caller's address; an IPv4 one written as IPv6 is given as IPv4."""
    return (request.remote_addr or "").removeprefix("::ffff:")

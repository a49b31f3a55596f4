"""An administrator agrees: a refresh token, and a provider that signs in by it."""

from __future__ import annotations

import requests

from providers.getaccept.settings import OAUTH2

BACK = "https://hub.example/back"


def by_oauth2(driver, refresh_token):
    more = {"client_id": "api", "client_secret": "app", "redirect_uri": BACK}
    return driver.provider(auth=OAUTH2, refresh_token=refresh_token, **more)


def authorised(site):
    """A refresh token as a person's consent gives it."""
    query = {
        "client_id": "api", "response_type": "code", "scope": "basic", "state": "s1",
        "redirect_uri": BACK,
    }  # fmt: skip
    answer = requests.post(
        f"{site.url}/oauth2/authorize",
        params=query,
        data={"allow": "1"},
        allow_redirects=False,
        timeout=10,
    )
    code = answer.headers["Location"].partition("code=")[2].partition("&")[0]
    form = {
        "grant_type": "authorization_code", "code": code, "client_id": "api",
        "client_secret": "app", "redirect_uri": BACK,
    }  # fmt: skip
    return requests.post(f"{site.url}/oauth2/token", data=form, timeout=10).json()["refresh_token"]

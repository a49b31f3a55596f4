"""Who may call the simulated account: passwords, tokens, OAuth2, throttling."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

LOGIN = {"email": "verkstaden@bilhuset.example", "password": "sandbox-password"}
CLIENT = {"client_id": "api", "client_secret": "app", "redirect_uri": "https://hub.example/back"}


def sign_in(site, **changes) -> requests.Response:
    return requests.post(f"{site.url}/v1/auth", json={**LOGIN, **changes}, timeout=10)


def test_a_password_gives_a_token_for_its_owners_default_entity(site):
    answer = sign_in(site, entity_id="", client_id="Paraph")
    assert answer.json()["expires_in"] == 1_209_600
    site.token = answer.json()["access_token"]
    assert site.get("/test") == {"entity_id": "ent0001a", "user_id": "usr0001a"}
    me = site.get("/users/me")
    assert me["user"]["email"] == LOGIN["email"]
    assert [one["id"] for one in me["entities"]] == ["ent0001a", "ent0002b"]


def test_a_wrong_password_is_a_400_as_was_observed(site):
    answer = sign_in(site, password="wrong")
    text = "Invalid credentials or account locked"
    assert answer.status_code == 400
    assert answer.json() == {"code": 400, "message": text, "errors": text}


def test_an_error_may_also_come_as_it_is_declared(site):
    site.control("POST", "modes", {"error_profile": "declared"})
    answer = sign_in(site, password="wrong")
    assert set(answer.json()) == {"status", "error", "description"}


def test_too_many_wrong_passwords_throttle_even_the_right_one_for_a_while(site):
    for _ in range(5):
        sign_in(site, password="wrong")
    answer = sign_in(site)
    assert answer.status_code == 429
    assert answer.json()["message"] == "Auth is Throttled! Please try again later."
    site.later(seconds=61)
    assert sign_in(site).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer nobody", "Basic sandbox-pasted-token"])
def test_without_a_valid_token_the_answer_is_a_401_with_nothing_in_it(site, header):
    answer = site.api("GET", "/test", headers={"Authorization": header})
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_token_ends_with_time(site):
    site.control("POST", "modes", {"token_ttl": 60})
    site.token = sign_in(site).json()["access_token"]
    site.later(seconds=59)
    assert site.api("GET", "/test").status_code == 200
    site.later(seconds=2)
    assert site.api("GET", "/test").status_code == 401


def test_a_refreshed_token_is_new_and_the_old_one_stays_good(site):
    first = site.token = sign_in(site).json()["access_token"]
    second = site.get("/refresh")["access_token"]
    assert second != first
    for site.token in (first, second):
        assert site.api("GET", "/test").status_code == 200


def test_a_refresh_may_change_the_entity_to_one_that_exists(site):
    site.token = site.get("/refresh/ent0002b")["access_token"]
    assert site.get("/test")["entity_id"] == "ent0002b"
    assert site.api("GET", "/refresh/nowhere").status_code == 404


def test_a_revoked_token_is_refused(site):
    site.token = sign_in(site).json()["access_token"]
    assert site.api("GET", "/revoke").status_code == 200
    assert site.api("GET", "/test").status_code == 401


def test_a_changed_password_ends_everything(site):
    site.control("POST", "password", {"password": "another"})
    assert site.api("GET", "/test").status_code == 401
    assert sign_in(site).status_code == 400
    assert sign_in(site, password="another").status_code == 200


def code_of(site, allow: str = "1") -> dict[str, list[str]]:
    asked = {"client_id": "api", "response_type": "code", "scope": "basic", "state": "s1",
             "redirect_uri": CLIENT["redirect_uri"]}  # fmt: skip
    url = f"{site.url}/oauth2/authorize"
    page = requests.get(url, params=asked, timeout=10)
    assert "Let an application in?" in page.text
    answer = requests.post(
        url, params=asked, data={"allow": allow}, timeout=10, allow_redirects=False
    )
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def exchange(site, **form) -> requests.Response:
    return requests.post(f"{site.url}/oauth2/token", data={**CLIENT, **form}, timeout=10)


def test_oauth2_gives_tokens_and_replaces_the_refresh_token_each_time(site):
    back = code_of(site)
    assert back["state"] == ["s1"]
    first = exchange(site, grant_type="authorization_code", code=back["code"][0]).json()
    second = exchange(site, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    again = exchange(site, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    site.token = second["access_token"]
    assert site.api("GET", "/test").status_code == 200


def test_a_code_works_once_and_for_its_own_address_only(site):
    code = code_of(site)["code"][0]
    other = exchange(
        site, grant_type="authorization_code", code=code, redirect_uri="https://other.example"
    )
    assert other.json() == {"error": "invalid_grant"}
    assert exchange(site, grant_type="authorization_code", code=code).status_code == 400


def test_a_person_may_keep_an_application_out(site):
    assert code_of(site, allow="0")["error"] == ["access_denied"]


def test_an_unknown_client_gets_nothing(site):
    assert exchange(site, grant_type="refresh_token", client_secret="x").status_code == 401
    page = requests.get(f"{site.url}/oauth2/authorize?client_id=other", timeout=10)
    assert page.status_code == 400


def test_users_teams_and_entity_are_shown(site):
    assert {one["user_id"] for one in site.get("/users")["users"]} == {"usr0001a", "usr0002b"}
    assert site.get("/users/usr0002b")["user"]["first_name"] == "Anna"
    assert site.api("GET", "/users/nobody").status_code == 404
    assert site.get("/teams") == {"teams": []}
    assert site.get("/entity")["entity"]["id"] == "ent0001a"

"""Mappings by the API: versions, rollback, reading the files again; who may, what is refused."""

from __future__ import annotations

import pytest

from hub.services.access import TRIGGER, create_key

MAPPINGS = "/api/v1/mappings"


@pytest.fixture
def post(client, as_alice):
    return lambda path, body=None, headers=as_alice: client.post(
        f"{MAPPINGS}/{path}", json=body or {}, headers=headers
    )


@pytest.fixture
def get(client, as_alice):
    return lambda path="", headers=as_alice: client.get(f"{MAPPINGS}{path}", headers=headers)


@pytest.fixture
def file(simulated):
    return simulated.config / "mappings" / "repair.yaml"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def title(simulated, workspace="alice"):
    core = simulated.house.core
    return core.shelf.active(core.workspace_ids[workspace], "repair").mapping.request.title[""]


def test_a_changed_file_is_read_when_asked_and_rolled_back_by_one_call(
    simulated, post, get, file, as_bob
):
    (before,) = get().json["items"]
    change(file, "Repair of", "Mending of")
    (after,) = post("reload").json["mappings"]
    assert (after["mapping"], after["active"]) == ("repair", True)
    assert after["version"] != before["version"]
    told = post("repair/rollback", {"version": before["version"][:10]})
    assert told.json == {
        "mapping": "repair",
        "version": before["version"],
        "before": after["version"],
        "held_over": after["version"],
    }
    assert title(simulated).startswith("Repair of")
    assert title(simulated, "bob").startswith("Mending of")  # another workspace's is its own
    shown = get("/repair/versions").json["items"]
    held = next(one for one in shown if one["active"])
    assert held["held_by"].startswith("API key ")
    assert [one["active"] for one in get("/repair/versions", as_bob).json["items"]].count(True) == 1
    assert post("reload").status_code == 200
    assert title(simulated).startswith("Repair of")


def test_faulty_files_are_refused_with_every_problem_and_nothing_changes(simulated, post, file):
    change(file, "expires_after", "expire_after")
    change(file, "[trim, ", "[trimm, ")
    change(simulated.config / "workspaces" / "alice.yaml", "500 kr", "600 kr")
    told = post("reload")
    assert (told.status_code, told.mimetype) == (422, "application/problem+json")
    assert told.json["code"] == "files_unfit"
    problems = "\n".join(told.json["errors"]["problems"])
    assert "did you mean 'expires_after'" in problems
    assert "did you mean 'trim'" in problems
    assert "500 kr" in simulated.house.core.workspaces["alice"].text("terms", "en")


def test_faults_in_another_workspaces_file_are_counted_and_not_shown(simulated, post):
    change(simulated.config / "workspaces" / "bob.yaml", "sender: Verkstad", "sendr: Verkstad")
    told = post("reload").json["errors"]["problems"]
    assert len(told) == 1
    assert told[0].endswith(" more in files of other workspaces")


def test_what_cannot_be_rolled_back_to_is_told(post):
    assert post("repair/rollback").status_code == 404
    assert post("repair/rollback").json["code"] == "unknown_version"
    assert post("nothing/rollback").json["code"] == "unknown_mapping"
    assert post("repair/rollback", {"version": "ffff"}).json["code"] == "unknown_version"
    assert post("repair/rollback", {"versions": "ffff"}).status_code == 422
    assert "there are: version" in str(post("repair/rollback", {"versions": "ffff"}).json)


def test_a_version_that_no_longer_fits_is_refused_with_the_reasons(simulated, post, file):
    change(file, "channels: [sms]", "channels: [pager]")
    for key in ("alice", "bob"):
        change(simulated.config / "workspaces" / f"{key}.yaml", "  sms: {", "  pager: {")
    assert post("reload").status_code == 200
    told = post("repair/rollback")
    assert (told.status_code, told.json["code"]) == (422, "version_unfit")
    assert "unknown instance 'sms'" in told.json["errors"]["problems"][0]


def test_versions_of_an_unknown_mapping_are_not_found(get):
    told = get("/repare/versions")
    assert (told.status_code, told.json["code"]) == (404, "unknown_mapping")
    assert "did you mean 'repair'" in told.json["detail"]


def test_only_an_operators_key_may_look_or_change(simulated, client, get, post):
    core = simulated.house.core
    key = create_key(core.db, simulated.clock, core.workspace_ids["alice"], "erp", TRIGGER)
    headers = {"Authorization": f"Bearer {key}"}
    assert get("", headers).status_code == 403
    assert post("reload", headers=headers).status_code == 403
    assert post("repair/rollback", headers=headers).status_code == 403
    assert client.get(MAPPINGS).status_code == 401

"""Files with faults: the hub does not start with them and says where to mend them; a running one
keeps the former version."""

from __future__ import annotations

import re

import pytest

from hub.kernel.errors import ConfigurationError
from hub.services.house import open_house
from hub.services.watch import FileWatch
from tests.story.inside import edit_hub, edit_workspace
from tests.story.world import MAPPING, World

MAPPING_FILE = f"mappings/{MAPPING}.yaml"
FORM_FILE = "forms/repair_intake.yaml"
WORKSPACE_FILE = "workspaces/demo.yaml"
HUB_FILE = "paraph.yaml"
# file, what is written, what stands there instead, words of the message
FAULTS = {
    "mapping_unknown_key": (MAPPING_FILE, "trigger: [", "triger: [", "triger"),
    "mapping_bad_expression": (
        MAPPING_FILE, """'"Repair: " & form.product'""", """'"Repair: " & & form'""", "title",
    ),
    "mapping_missing_field": (MAPPING_FILE, "  kind: information_request\n", "", "kind"),
    "mapping_unknown_form": (MAPPING_FILE, "form: repair_intake", "form: no_such", "no_such"),
    "mapping_unknown_instance": (MAPPING_FILE, "provider: bankid", "provider: banksy", "banksy"),
    "mapping_failing_example": (MAPPING_FILE, "      language: sv\n", "      language: en\n", "sv"),
    "mapping_not_yaml": (MAPPING_FILE, "request:\n", "request: [\n", "YAML"),
    "form_unknown_key": (FORM_FILE, "max_length: 2000", "max_lenght: 2000", "max_length"),
    "form_missing_field": (FORM_FILE, "        type: textarea\n", "", "type"),
    "form_unknown_converter": (FORM_FILE, 'convert: ["e164:SE"]', "convert: [e165]", "e165"),
    "workspace_unknown_key": (WORKSPACE_FILE, "sender: Norrby", "sendr: Norrby", "sender"),
    "workspace_bad_template": (WORKSPACE_FILE, "{{ link }}", "{{ link", "sms_invite"),
    "workspace_unknown_setting": (WORKSPACE_FILE, "lookup_wait:", "lookup_weight:", "lookup_wait"),
    "workspace_missing_setting": (WORKSPACE_FILE, "username: u-sandbox, ", "", "username"),
    "settings_unknown_key": (HUB_FILE, "log_level:", "log_levle:", "log_level"),
    "settings_bad_value": (HUB_FILE, "log_level: WARNING", "log_level: LOUD", "log_level"),
    "settings_missing_field": (HUB_FILE, "public_url:", "#", "public_url"),
    "settings_missing_secret": (HUB_FILE, "log_json: false", "sentry_dsn: ${env:NONE}", "NONE"),
}  # fmt: skip
_PLACE = re.compile(r"^(\S+\.yaml):(\d+):(\d+): ", re.MULTILINE)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("files"))
    yield world
    world.close()


@pytest.fixture
def config(world):
    """A good configuration; whatever a test does to it is undone."""
    kept = {path: path.read_bytes() for path in world.config.rglob("*.yaml")}
    yield world.config
    for path, content in kept.items():
        path.write_bytes(content)


def spoil(config, file, old, new):
    """Make the fault; the line where it is."""
    path = config / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def problems_at(error, path):
    """The lines that the message names in this file."""
    found = _PLACE.findall(str(error))
    assert found, f"no file, line and column in: {error}"
    assert {name for name, _, _ in found} == {str(path)}
    return [int(line) for _, line, _ in found]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_hub_does_not_start_and_the_message_leads_to_the_place(config, fault):
    file, old, new, word = FAULTS[fault]
    line = spoil(config, file, old, new)
    with pytest.raises(ConfigurationError) as refused:
        open_house(config)
    assert word in str(refused.value)
    lines = problems_at(refused.value, config / file)
    if "missing" not in fault:  # what is missing is told at the thing that lacks it
        assert any(abs(told - line) <= 2 for told in lines)


def test_all_faults_of_all_mappings_and_forms_come_at_once(config):
    spoil(config, MAPPING_FILE, "trigger: [", "triger: [")
    spoil(config, MAPPING_FILE, "match: [mobile, email]", "mach: [mobile, email]")
    with pytest.raises(ConfigurationError) as refused:
        open_house(config)
    assert {"triger", "mach"} <= set(re.findall(r"\w+", str(refused.value)))


def test_production_refuses_a_fast_clock_and_a_test_environment(config):
    def production(hub):
        hub["environment"] = "production"
        hub["clock_speed"] = 2.0

    edit_hub(config, production)
    with pytest.raises(ConfigurationError, match="clock_speed"):
        open_house(config)


def test_secrets_in_files_are_never_repeated_in_messages(config):
    def edit(workspace):
        workspace["instances"]["sms"]["settings"]["password"] = ["a-secret-nobody-may-see"]

    edit_workspace(config, edit)
    with pytest.raises(ConfigurationError) as refused:
        open_house(config)
    assert "a-secret-nobody-may-see" not in str(refused.value)


@pytest.mark.parametrize("fault", [name for name in FAULTS if name.startswith(("mapp", "form"))])
def test_a_running_hub_keeps_the_former_version(inside, fault):
    file, old, new, word = FAULTS[fault]
    watch = FileWatch((inside.world.config / "mappings", inside.world.config / "forms"),
                      inside.house.reload)  # fmt: skip
    before = inside.core.shelf.active(inside.workspace_id, MAPPING)
    spoil(inside.world.config, file, old, new + "\n" if new else "\n")
    assert watch.look() is False
    assert inside.core.shelf.active(inside.workspace_id, MAPPING) == before
    with pytest.raises(ConfigurationError) as refused:
        inside.house.reload()
    assert word in str(refused.value)
    record, link = inside.invited()
    assert inside.sign(link).url.endswith("/done")
    assert inside.upstream(record)["sign_state"] == "Signed"


def test_a_good_change_takes_effect_and_requests_under_way_keep_their_version(inside):
    old_record, old_link = inside.invited(0)
    watch = FileWatch((inside.world.config / "mappings",), inside.house.reload)
    path = inside.world.config / MAPPING_FILE
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub("(sign_state.*: )Signed(?!,)", r"\1Sent", text), encoding="utf-8")
    assert watch.look() is True
    new_record, new_link = inside.invited(1)
    inside.sign(old_link)
    inside.sign(new_link)
    assert inside.upstream(old_record)["sign_state"] == "Signed"
    new = inside.upstream(new_record)
    assert (new["sign_state"], bool(new["signed_by"])) == ("Sent", True)

"""All simulators together: made, mounted, started, stopped, connected."""

from __future__ import annotations

import random
import socket
from datetime import UTC, datetime

import pytest
from werkzeug.test import Client

from hub.contracts.sandbox import PhoneMessage
from hub.kernel.clock import ManualClock
from hub.kernel.errors import ConfigurationError
from hub.sandbox import ports
from hub.sandbox.app import create_sandbox_app
from hub.sandbox.house import SandboxHouse
from hub.sandbox.ports import CALM, StablePorts, calm_port, keep_to
from hub.sandbox.scan import manifests_with_sandbox

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
URL = "http://127.0.0.1:9"


def house_of(tmp_path, *manifests):
    return SandboxHouse(manifests, tmp_path / "state", URL, ManualClock(NOW))


def test_each_simulator_gets_an_address_and_a_folder_of_its_own(tmp_path, plugin):
    house = house_of(tmp_path, plugin("alpha"), plugin("beta"))
    alpha, beta = house.simulators["alpha"], house.simulators["beta"]
    assert alpha.context.base_url == f"{URL}/alpha"
    assert alpha.context.folder != beta.context.folder
    assert alpha.context.folder.is_dir()
    assert house.settings()["beta"] == {
        "kind": "connector", "settings": {"base_url": f"{URL}/beta"},
    }  # fmt: skip


def test_each_simulator_is_mounted_under_its_key(tmp_path, plugin):
    client = Client(create_sandbox_app(house_of(tmp_path, plugin("alpha"), plugin("beta"))))
    assert client.get("/alpha/x/y").text == "/alpha/x/y"
    assert client.get("/beta/").text == "/beta/"
    assert client.get("/gamma/").status_code == 404


def test_what_simulators_show_reaches_phone_and_mailbox_and_reset_empties_them(tmp_path, plugin):
    house = house_of(tmp_path, plugin())
    toy = house.simulators["toy"]
    toy.context.show_sms(PhoneMessage("+46701740605", "Verkstaden", "Hej", NOW))
    assert [entry.item.text for entry in house.phone.all()] == ["Hej"]
    house.reset()
    assert house.phone.all() == []
    assert toy.told == ["reset"]


def test_all_start_and_all_stop_however_often_asked(tmp_path, plugin):
    house = house_of(tmp_path, plugin("alpha"), plugin("beta"))
    house.start()
    house.stop()
    house.stop()
    assert [made.told for made in house.simulators.values()] == [["start", "stop"]] * 2


def test_when_one_cannot_start_the_others_are_stopped_again(tmp_path, plugin):
    house = house_of(tmp_path, plugin("alpha"), plugin("beta", sandbox="simulator:Broken"))
    with pytest.raises(OSError, match="taken"):
        house.start()
    assert house.simulators["alpha"].told == ["start", "stop"]


def test_one_that_cannot_stop_keeps_no_other_up(tmp_path, plugin):
    house = house_of(tmp_path, plugin("alpha"), plugin("beta", sandbox="simulator:Stubborn"))
    house.start()
    house.stop()
    assert house.simulators["alpha"].told == ["start", "stop"]


def test_each_simulator_is_told_the_hub_and_its_own_addresses(tmp_path, plugin):
    house = house_of(tmp_path, plugin("alpha"), plugin("beta"))
    own = {"beta": {"button.offer": "http://hub/b/offer"}}
    house.connect({"hub": "http://hub"}, {"alpha": "http://hub/hooks/a"}, own)
    assert house.simulators["alpha"].told == [{"hub": "http://hub", "hook": "http://hub/hooks/a"}]
    assert house.simulators["beta"].told == [
        {"hub": "http://hub", "button.offer": "http://hub/b/offer"}
    ]


@pytest.mark.parametrize("sandbox", ["simulator:Nobody", "nowhere:Toy"])
def test_a_simulator_that_cannot_be_loaded_is_named_with_its_file(tmp_path, plugin, sandbox):
    manifest = plugin(sandbox=sandbox)
    with pytest.raises(ConfigurationError, match=r"manifest\.toml.*cannot be loaded"):
        house_of(tmp_path, manifest)


def test_two_plugins_of_one_name_cannot_share_an_address(tmp_path, plugin):
    manifests = [plugin("alpha", group="one"), plugin("alpha", group="two")]
    with pytest.raises(ConfigurationError, match="same key"):
        house_of(tmp_path, *manifests)


def test_a_plugin_cannot_take_the_sandboxs_own_address(tmp_path, plugin):
    with pytest.raises(ConfigurationError, match="'phone' is an address"):
        house_of(tmp_path, plugin("phone"))


def test_the_plugins_of_this_repository_with_simulators_are_found():
    found = {manifest.key: manifest for manifest in manifests_with_sandbox()}
    assert {"sms_46elks", "smtp"} <= set(found)
    assert all(manifest.sandbox for manifest in found.values())
    assert found["smtp"].package == "hub.channels.smtp"


class TestPorts:
    def test_the_same_name_gets_the_same_port_after_a_restart(self, tmp_path):
        file = tmp_path / "ports.json"
        assert StablePorts(file).port("smtp") == StablePorts(file).port("smtp")

    def test_two_names_never_share_a_port(self, tmp_path):
        stable = StablePorts(tmp_path / "ports.json")
        given = [stable.port(f"p{number}") for number in range(20)]
        assert len(set(given)) == 20

    def test_what_was_chosen_is_not_chosen_again_before_it_is_bound(self):
        random.seed(0)  # as Hypothesis does before each example
        given = [calm_port() for _ in range(50)]
        random.seed(0)
        given += [calm_port() for _ in range(50)]
        assert len(set(given)) == 100

    def test_side_by_side_each_process_has_a_part_of_its_own(self, monkeypatch):
        walks = [ports._Walk(CALM), ports._Walk(CALM)]
        given = []
        for part, walk in enumerate(walks):
            monkeypatch.setattr(ports, "_WALK", walk)
            keep_to(part, 2)
            given.append({calm_port() for _ in range(200)})
        assert max(given[0]) < min(given[1])

    def test_when_all_are_taken_it_says_so(self, monkeypatch):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = other.getsockname()[1]
            monkeypatch.setattr(ports, "_WALK", ports._Walk(range(taken, taken + 1)))
            with pytest.raises(ConfigurationError, match="no free port"):
                calm_port()

    def test_a_port_that_somebody_else_holds_is_replaced(self, tmp_path):
        file = tmp_path / "ports.json"
        first = StablePorts(file).port("smtp")
        with socket.socket() as other:
            other.bind(("127.0.0.1", first))
            other.listen()
            assert StablePorts(file).port("smtp") != first

    @pytest.mark.parametrize("text", ["", "[]", "{broken", '{"smtp": "x"}'])
    def test_a_broken_file_only_means_fresh_ports(self, tmp_path, text):
        file = tmp_path / "ports.json"
        file.write_text(text)
        assert StablePorts(file).port("smtp") > 0

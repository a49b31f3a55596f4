"""The container files, as far as they can be checked without Docker: every command, option, setting
and variable that they name exists."""

from __future__ import annotations

import re
import tomllib

import click
import pytest
from ruamel.yaml import YAML

from hub.cli import cli
from hub.settings import database_url, load_hub_settings, redis_url
from tests.house.tree import ROOT

DOCKER = ROOT / "docker"
COMPOSE = YAML(typ="safe").load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
OURS = [name for name, service in COMPOSE["services"].items() if service["image"] == "paraph"]
INSTRUCTIONS = re.sub(
    r"\\\n", " ", re.sub(r"^#.*\n", "", (DOCKER / "Dockerfile").read_text("utf-8"), flags=re.M)
).splitlines()


def variables() -> dict[str, str]:
    lines = (DOCKER / "example.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and line[0] != "#")


def stages() -> list[list[str]]:
    found: list[list[str]] = []
    for line in filter(None, INSTRUCTIONS):
        if line.startswith("FROM "):
            found.append([])
        found[-1].append(line)
    return found


def parsed(command: list[str]) -> click.Context:
    """What our command line makes of a container's command."""
    with click.Context(cli) as context:
        name, found, rest = cli.resolve_command(context, list(command))
    assert found is not None
    return found.make_context(name, rest)


def test_the_services_are_hub_workers_database_and_broker():
    assert list(COMPOSE["services"]) == ["web", "worker", "postgres", "redis"]
    assert OURS == ["web", "worker"]


@pytest.mark.parametrize("name", OURS)
def test_commands_and_their_options_exist(name, monkeypatch):
    monkeypatch.setenv("PARAPH_CONFIG", str(DOCKER))
    command = COMPOSE["services"][name]["command"]
    given = parsed([str(word) for word in command]).params
    assert given["processes"] == 2
    assert given.get("engine") is {"web": False}.get(name)


@pytest.mark.parametrize("name", list(COMPOSE["services"]))
def test_every_service_comes_back_and_has_time_to_stop(name):
    service = COMPOSE["services"][name]
    assert service["restart"] == "unless-stopped"
    if name in OURS:
        assert service["stop_grace_period"] == "45s"
        assert service["depends_on"]["postgres"] == {"condition": "service_healthy"}
    else:
        assert service["healthcheck"]["test"]


def test_volumes_are_declared_and_folders_exist():
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DOCKER / source).exists(), source
            else:
                assert source in COMPOSE["volumes"]


def test_the_settings_are_good_with_the_variables_of_the_example():
    settings = load_hub_settings(DOCKER / "paraph.yaml", variables())
    assert (settings.environment, settings.executor) == ("production", "dramatiq")
    assert database_url(settings).startswith("postgresql+psycopg://")
    assert redis_url(settings) == settings.broker_url == "redis://redis:6379/0"
    assert settings.secret_keys == [variables()["PARAPH_SECRET_KEY"]]
    for host in ("postgres", "redis"):
        assert host in COMPOSE["services"]


def test_every_variable_of_the_example_is_used():
    text = "".join((DOCKER / name).read_text("utf-8") for name in ("paraph.yaml", "compose.yaml"))
    for name in variables():
        assert name in text or name in ("PARAPH_SECRET_KEY", "POSTGRES_PASSWORD"), name
    assert variables()["POSTGRES_PASSWORD"] in variables()["DATABASE_URL"]


def test_the_image_is_made_in_stages_and_runs_as_nobody_special():
    _, wheels, final = stages()
    assert any("--require-hashes" in line and "requirements.lock" in line for line in wheels)
    instructions = [line.split()[0] for line in final]
    assert {"USER", "HEALTHCHECK", "ENTRYPOINT", "STOPSIGNAL"} <= set(instructions)
    assert instructions.index("USER") < instructions.index("ENTRYPOINT")
    assert "USER paraph" in final
    assert not any(tool in line for line in final for tool in ("apt-get", "gcc", "npm", "COPY . "))


def test_the_image_begins_with_our_command_line():
    [entry] = [line for line in INSTRUCTIONS if line.startswith("ENTRYPOINT")]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert entry == 'ENTRYPOINT ["paraph"]'
    assert "paraph" in scripts
    [command] = [line for line in INSTRUCTIONS if line.startswith("CMD ")]
    words = re.findall(r'"([^"]+)"', command)
    assert parsed([*words, "--config", str(DOCKER)]).params["port"] == 8000
    assert any("/health/ready" in line for line in INSTRUCTIONS)


def test_what_is_copied_exists_and_reaches_the_builder():
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    for line in INSTRUCTIONS:
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
                assert source.split("/")[0] in kept

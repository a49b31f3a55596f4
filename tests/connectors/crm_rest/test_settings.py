"""Every bad setting is told with its place and with what to do about it."""

from __future__ import annotations

import copy
import re
from textwrap import dedent

import pytest
from ruamel.yaml import YAML

from connectors.crm_rest.connector import CrmRestConnector
from connectors.crm_rest.settings import CrmRestSettings
from hub.contracts.plugin import PluginContext
from hub.contracts.settings import load_settings
from hub.kernel.errors import ConfigurationError
from tests.connectors.crm_rest.driver import FOLDER

EXAMPLE = re.compile(r"^ *```yaml\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
GOOD = {
    "base_url": "https://crm.example.com/api",
    "auth": "bearer",
    "token": "token-of-tests",
    "tables": {
        "cases": {
            "path": "/cases",
            "note": {"table": "notes", "link": "case_id"},
            "attach": {"path": "/cases/{id}/files", "listed": "/cases/{id}/files"},
            "changes": {"field": "updated_at", "parameter": "since"},
            "fields": {"status": "text", "priority": "number"},
        },
        "notes": {"path": "/notes"},
    },
    "hook": {"check": "hmac", "header": "X-Signature", "table": "cases"},
    "hook_secret": "secret-of-hooks",
}


def made(**changes):
    """A connector with ``changes``: a name with dots leads inside."""
    data = copy.deepcopy(GOOD)
    for path, value in changes.items():
        *way, last = path.split("__")
        inner = data
        for name in way:
            inner = inner.setdefault(name, {})
        if value is None:
            inner.pop(last, None)
        else:
            inner[last] = value
    settings = load_settings(CrmRestSettings, data, "crm.yaml")
    return CrmRestConnector(settings, PluginContext("crm"))


def problems(**changes):
    with pytest.raises(ConfigurationError) as caught:
        made(**changes).close()
    assert caught.value.problems
    return "\n".join(caught.value.problems)


def test_good_settings_are_taken():
    connector = made()
    assert connector.declared_tables(connector.settings) == {
        "cases": {"status": "text", "priority": "number"}, "notes": None,
    }  # fmt: skip
    connector.close()


@pytest.mark.parametrize(
    ("changes", "place", "advice"),
    [
        ({"base_url": None}, "base_url", "is missing"),
        ({"base_url": "crm.example.com"}, "base_url", "What all paths are added to"),
        ({"base_url": "https://crm.example.com/?a=1"}, "base_url", "without user, query"),
        ({"base_url": "https://alice@crm.example.com/"}, "base_url", "without user, query"),
        ({"bse_url": "x"}, "bse_url", "did you mean 'base_url'"),
        ({"auth": "digest"}, "auth", "one of"),
        ({"token": None}, "token", "is needed for auth: bearer"),
        ({"token": "two words"}, "token", "without blanks"),
        ({"token": "a line\n"}, "token", "without blanks"),
        ({"hook__signed": "{body}å"}, "hook.signed", "plain text"),
        ({"auth": "basic", "login": "a"}, "password", "is needed for auth: basic"),
        ({"auth": "basic", "login": "a:b", "password": "c"}, "login", "no colon"),
        ({"auth": "api_key"}, "api_key", "is needed for auth: api_key"),
        ({"auth": "api_key", "api_key": "k", "api_key_name": "a b"}, "api_key_name", "header"),
        ({"auth": "oauth2", "client_secret": "s"}, "oauth2", "is needed for auth: oauth2"),
        ({"oauth2__url": "https://x/token"}, "oauth2.client_id", "is needed here: As registered"),
        ({"oauth2__url": "x", "oauth2__client_id": "c"}, "oauth2.url", "write an address"),
        ({"headers__Authorization": "x"}, "headers.Authorization", "use auth with token"),
        ({"headers__X-Api-Token": "x"}, "headers.X-Api-Token", "use auth with token"),
        ({"tables": {}}, "tables", "shorter than minimum length 1"),
        ({"tables": None}, "tables", "is missing"),
        ({"tables": []}, "tables", "write names with values"),
        ({"tables__cases": "x"}, "tables.cases", "write names with values, such as path"),
        ({"tables__a b": {"path": "/x"}}, "tables.a b", "does not match"),
        ({"tables__cases__path": None}, "tables.cases.path", "is needed here: Where records"),
        ({"tables__cases__path": "cases"}, "tables.cases.path", "begins with /"),
        ({"tables__cases__path": "/cases?x=1"}, "tables.cases.path", "has no query"),
        ({"tables__cases__path": "/c/{id}"}, "tables.cases.path", "write {parent}"),
        ({"tables__cases__path": "/c/{key}"}, "tables.cases.path", "no placeholder but {parent}"),
        ({"tables__cases__item_path": "/case"}, "tables.cases.item_path", "must hold {id}"),
        ({"tables__cases__pth": "/x"}, "tables.cases.pth", "did you mean 'path'"),
        ({"tables__cases__update_method": "POST"}, "tables.cases.update_method", "PATCH sends"),
        ({"tables__cases__update_type": "json"}, "tables.cases.update_type", "write it as a/b"),
        ({"tables__cases__fields__x": "txt"}, "tables.cases.fields.x", "one of: text, number"),
        ({"tables__cases__record_link": "/cases"}, "tables.cases.record_link", "must hold {id}"),
        ({"tables__cases__record_link": "x{id}"}, "tables.cases.record_link", "begin with https"),
        ({"tables__cases__paging": {"style": "pages"}}, "tables.cases.paging.style", "one of"),
        ({"tables__cases__paging": {"style": "page"}}, "cases.paging.parameter", "query param"),
        ({"paging__style": "cursor", "paging__parameter": "c"}, "paging.next", "is needed"),
        ({"paging__style": "next_header"}, "paging.next", "is needed for style next_header"),
        ({"paging__size": 0}, "paging.size", "greater than or equal to 1"),
        ({"max_pages": 0}, "max_pages", "greater than or equal to 1"),
        ({"tables__cases__changes": {"field": "x"}}, "cases.changes.parameter", "is needed here"),
        ({"tables__cases__changes__header": "ETag"}, "cases.changes.field", "either field or"),
        ({"tables__cases__changes__value": "x"}, "tables.cases.changes.value", "must hold {value}"),
        ({"tables__cases__note__table": "nots"}, "cases.note.table", "none of tables (cases, not"),
        ({"tables__cases__note__link": None}, "cases.note.link", "put {parent} into its path"),
        ({"tables__cases__note__field": "x"}, "cases.note.field", "either field or table"),
        ({"tables__cases__attach__path": None}, "cases.attach.path", "must hold {id}"),
        ({"tables__cases__attach__way": "json"}, "cases.attach.table", "the table that holds"),
        ({"tables__cases__attach__listed": "/files"}, "cases.attach.listed", "must hold {id}"),
        ({"hook_secret": "short"}, "hook_secret", "at least 8 characters"),
        ({"hook__header": None}, "hook.header", "name the header"),
        ({"hook__signed": "{timestamp}"}, "hook.signed", "must hold {body} once"),
        ({"hook__signed": "{timestamp}.{body}"}, "hook.timestamp_header", "is needed"),
        ({"hook__table": "contacts"}, "hook.table", "none of tables"),
        ({"hook__table_at": "type"}, "hook.table", "either table or table_at"),
        ({"hook__check": "rsa"}, "hook.check", "one of: hmac, header, address"),
        ({"error_words__busy": "wait"}, "error_words.busy", "one of: refused"),
        ({"tables": {"notes": {"path": "/c/{parent}/notes"}}, "hook": None}, "probe_path", "give"),
    ],
)  # fmt: skip
def test_a_bad_setting_is_told_with_its_place_and_what_to_do(changes, place, advice):
    lines = [line for line in problems(**changes).splitlines() if place in line]
    assert any(advice in line for line in lines), problems(**changes)


def test_the_examples_of_the_readme_are_good_settings():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    blocks = [YAML(typ="safe").load(dedent(one)) for one in EXAMPLE.findall(text)]
    whole = [one["instances"]["crm"]["settings"] if "instances" in one else one for one in blocks]
    assert len(whole) == 3
    for data in whole:
        settings = load_settings(CrmRestSettings, data, "README.md")
        CrmRestConnector(settings, PluginContext("crm")).close()


def test_several_faults_are_told_at_once_and_no_secret_with_them():
    told = problems(token="to ken", hook__check="rsa", tables__cases__path="cases")
    assert len(told.splitlines()) == 3
    assert "to ken" not in told


def test_plain_http_with_credentials_is_warned_of_by_the_probe(site):
    from tests.connectors.crm_rest.driver import CrmDriver

    connector = CrmDriver(site).make_instance()
    warnings = connector.probe().warnings
    connector.close()
    assert any("not https" in line for line in warnings)
    assert any("case_notes: without external_id_field" in line for line in warnings)

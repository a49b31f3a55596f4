"""``paraph mail-preview``: every e-mail that the shipped workspaces can send, looked at before it
is sent."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html

from hub.channels.smtp.sandbox import SmtpSandbox
from hub.cli import cli
from hub.cli.options import one_workspace
from hub.contracts.sandbox import SandboxContext
from hub.services.mail_preview import ANY, ASKING, DIGEST, MOMENTS, REFUSABLE, kinds, open_letters
from hub.settings.workspace import LANGUAGES
from tests.services.mail_lint import faults
from tests.services.mail_samples import logo

CONFIG = Path(__file__).parents[2] / "config"
WORKSPACES = sorted(path.stem for path in (CONFIG / "workspaces").glob("*.yaml"))
REFUSED = {*REFUSABLE, DIGEST}
PLAIN = {"code"}  # has nothing to open
BRANDS = {
    "as shipped": {},
    "a logo": {"logo": logo(), "accent": "#ffe100"},
    "a long name": {"name": "Norrby Vitvaru- & Hushållsmaskinservice <Uppsala> " * 4,
                    "website": "https://norrby.example/" + "x" * 200, "accent": "#ff00ff"},
}  # fmt: skip


@cache
def letters(workspace):
    return open_letters(CONFIG, lambda known: one_workspace(known, workspace))


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("workspace", WORKSPACES)
def test_every_mail_of_every_kind_is_sound_and_its_text_can_be_read(workspace, language, brand):
    own = letters(workspace)
    own = replace(own, workspace=replace(own.workspace, **BRANDS[brand]))
    for kind in (ANY, *kinds(own.workspace, own.mappings)):
        for moment in MOMENTS:
            made = own.preview(kind, moment, language)
            where = f"{kind} {moment}"
            assert "{{" not in made.subject + made.text, where
            assert made.subject.strip(), where
            assert not re.search(r"<\w+[ >]", made.text.replace(own.workspace.name, "")), where
            if moment in PLAIN:
                assert made.html is None
                continue
            assert f"{own.public_url}/s/preview" in made.text, where
            assert faults(made.html) == [], where
            choose = f"{own.public_url}/n/preview"
            assert (choose in made.text, choose in made.html) == (moment in REFUSED,) * 2, where
            if moment == DIGEST:
                assert len(html.fromstring(made.html).xpath("//table[@class='part']")) == 2
                continue
            (button,) = html.fromstring(made.html).xpath("//a[@class='button']")
            assert button.get("href") == f"{own.public_url}/s/preview"


def test_mails_with_documents_show_a_page_and_others_do_not():
    own = letters("demo")
    for moment in MOMENTS:
        shown = {one.shown_as for one in own.preview("offer", moment).files}
        assert shown == ({"page"} if moment in ASKING else set())
    assert own.preview("information_request", "send").files == ()


BROKEN = {
    "<p>x": "has no doctype",
    "<!DOCTYPE html><html><head><title>x</title></head><body></body></html>": "no language",
    "<img src='https://x.example/a.png'>": "fetched",
    "<a href='javascript:x()'>x</a>": "javascript",
    "<table><tr><td>x</td></tr></table>": "read out",
    "<p><div>x</div></p>": "unexpected-end-tag",
    "<p style='background:url(x)'>x</p>": "reaches outside",
    "<p>a & b &nosuch; c</p>": "entity",
    "<video></video>": "some programs",
    "<p>x</p>": "no style",
    "<p style='x' id='a'>x</p>": "an id",
}


@pytest.mark.parametrize("page", BROKEN)
def test_the_linter_sees_each_fault(page):
    assert any(BROKEN[page] in one for one in faults(page)), faults(page)


def test_a_preview_is_printed_and_kept_as_a_page_and_as_a_mail(tmp_path):
    def paraph(*given, code=0):
        result = CliRunner().invoke(cli, ["mail-preview", "--config", str(CONFIG), *given])
        assert result.exit_code == code, result.output
        return result.output

    told = paraph("--workspace", "demo", "offer", "chase", "--language", "en")
    assert told.startswith("Norrby Vitvaruservice: a reminder of Offer for a new gearbox\n\nHello ")
    page, mail, text = (tmp_path / f"a{ending}" for ending in (".html", ".eml", ".txt"))
    for out in (page, mail, text):
        paraph("--workspace", "demo", "offer", "send", "--language", "fr", "--out", str(out))
    shown = page.read_text()
    assert 'src="data:image/png;base64,' in shown
    assert "cid:" not in shown
    parsed = message_from_bytes(mail.read_bytes(), policy=policy.default)
    said = parsed.get_body(("plain",)).get_content().replace("\r\n", "\n").strip()
    assert said in text.read_text()
    assert "Lire et répondre" in parsed.get_body(("html",)).get_content()
    assert [one["Content-ID"] for one in parsed.walk() if one["Content-ID"]] == ["<page>"]
    assert "must end in" in paraph("--workspace", "demo", "offer", "send", "--out", "a.pdf", code=2)
    assert "did you mean 'offer'" in paraph("--workspace", "demo", "ofer", "send", code=2)
    plain = paraph("--workspace", "demo", "offer", "code", "--out", str(page), code=2)
    assert "plain text" in plain
    assert "--workspace must be one of" in paraph("offer", "send", code=2)


def test_a_text_that_the_workspace_lacks_is_named_with_what_it_is_for(tmp_path):
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    shutil.copytree(CONFIG.parent / "mappings", tmp_path / "mappings")
    file = config / "workspaces" / "demo.yaml"
    written = file.read_text()
    gone = re.sub(r"  email_reminder(_subject)?(\.\w+)?:\n(    .*\n|\n)+", "", written)
    assert gone != written
    file.write_text(gone)
    given = ["mail-preview", "--config", str(config), "--workspace", "demo", "offer", "chase"]
    result = CliRunner().invoke(cli, given)
    assert result.exit_code == 2
    assert "demo.yaml: the text 'email_chase' is missing; add it: The e-mail by" in result.output


HOUSE = """\
name: Alice's workshop
sender: Alice
language: en
instances:
  mail: {{plugin: smtp, settings: {settings}}}
  sms: {{plugin: "channel:simulated", settings: {{gateway: preview}}}}
mappings: []
texts:
  email_invite: {{en: "{{{{ sender }}}} asks: {{{{ link }}}}"}}
  email_invite_subject: {{en: "{{{{ title }}}}"}}
  terms: {{en: Free}}
  signed_text: {{en: "{{{{ sender }}}} {{% for row in rows %}}{{{{ row[1] }}}}{{% endfor %}} {{{{ terms }}}}"}}
"""  # noqa: E501


@pytest.fixture
def relay(tmp_path):
    made = SmtpSandbox(SandboxContext("http://127.0.0.1/smtp", tmp_path / "smtp"))
    made.start()
    yield made
    made.stop()


def test_one_sends_it_to_oneself_over_smtp(tmp_path, relay):
    config = tmp_path / "config"
    for name in ("workspaces", "forms", "mappings"):
        (config / name).mkdir(parents=True)
    (config / "paraph.yaml").write_text(
        f"public_url: https://hub.example\nenvironment: test\ndata_folder: {tmp_path / 'data'}\n"
    )
    settings = {name: str(value) for name, value in relay.settings().items()}
    told = HOUSE.format(settings=settings)
    (config / "workspaces" / "alice.yaml").write_text(told)

    def paraph(*given):
        return CliRunner().invoke(cli, ["mail-preview", "--config", str(config), *given])

    result = paraph("any", "send", "--send-to", "bob@example.com")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("sent by mail: 2.0.0 Ok: queued as")
    (taken,) = relay.taken()
    mail = message_from_bytes(taken.raw, policy=policy.default)
    assert taken.to == ("bob@example.com",)
    assert mail["Subject"] == "Offer for a new gearbox"
    assert "Read and answer" in mail.get_body(("html",)).get_content()
    assert not list(tmp_path.glob("data/*.db"))  # nothing is stored
    assert paraph("any", "send", "--send-to", "no address").exit_code == 2
    (config / "workspaces" / "alice.yaml").write_text(re.sub(r"  mail: .*\n", "", told))
    without = paraph("any", "send", "--send-to", "bob@example.com")
    assert without.exit_code == 0
    assert without.output.startswith("sent by sms")  # this one carries both

"""``paraph demo``: the hub and a sandbox around it, to try by hand or to see played
(``--headless``)."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hub.cli.demo_folder import claimed
from hub.cli.document_story import DocumentStory, load_document_script, plays_documents
from hub.cli.endings import Ending
from hub.cli.portal_script import load_portal_script, plays_portal
from hub.cli.portal_story import PortalStory
from hub.cli.quote_script import load_quote_script, plays_quotes
from hub.cli.quote_story import QuoteStory
from hub.cli.robot import Stuck
from hub.cli.stage import Stage, free_port
from hub.cli.story import Moment, Story, Timeline, load_script
from hub.cli.story_api import StoryApi
from hub.cli.workshop_script import load_workshop_script, plays_hosted
from hub.cli.workshop_story import WorkshopStory

FAST = 20_000.0  # four days of reminders in less than half a minute


@click.command()
@click.option("--headless", is_flag=True, help="Play the story, print a timeline, and end.")
@click.option("--no-answer", is_flag=True, help="With --headless: the customer never answers.")
@click.option("--story", "name", default="information_request", show_default=True)
@click.option(
    "--config", "source", type=click.Path(path_type=Path), default=Path("config"), show_default=True
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Everything of the demo is kept here; a new start begins afresh.  "
    "[default: data/demo, or data/demo-headless]",
)
@click.option("--port", type=int, help="Of the hub, if it is free.  [default: 8000]")
@click.option("--sandbox-port", type=int, help="Of the sandbox, if free.  [default: 8100]")
def demo(
    headless: bool,
    no_answer: bool,
    name: str,
    source: Path,
    folder: Path | None,
    port: int | None,
    sandbox_port: int | None,
) -> None:
    """Start the hub with a simulated world around it and say where to look."""
    if no_answer and not headless:
        raise click.UsageError("--no-answer goes with --headless")
    stories = sorted(path.stem for path in (source / "stories").glob("*.yaml"))
    if name not in stories:
        raise click.UsageError(f"there is no story '{name}'; there are: {', '.join(stories)}")
    path = source / "stories" / f"{name}.yaml"
    others = (plays_documents, plays_hosted, plays_portal, plays_quotes)
    if no_answer and any(one(path) for one in others):
        raise click.UsageError(f"nobody leaves the story '{name}' unanswered; leave --story out")
    # one that plays must not take the folder of one that somebody looks at
    folder = folder or Path("data/demo-headless" if headless else "data/demo")
    speed = FAST if no_answer else 1.0
    with claimed(folder) as lock:
        ending = Ending(interrupted=130 if headless else 0)
        ports = _ports(headless, port, sandbox_port)
        stage = Stage(folder.resolve(), *ports, speed, keep_open=(lock,), held=ending.held)
        try:
            ending.begin()
            stage.build(source)
            code = _play(stage, path, no_answer) if headless else _by_hand(stage)
        finally:
            try:
                ending.ignore()
            finally:  # even when the first signal came just now
                stage.stop()
    sys.exit(code)


def _ports(headless: bool, port: int | None, sandbox_port: int | None) -> tuple[int, int]:
    """One that plays needs no known ports, and two that begin together would take the same."""
    usual = (0, 0) if headless else (8000, 8100)
    return (
        free_port(usual[0] if port is None else port),
        free_port(usual[1] if sandbox_port is None else sandbox_port),
    )


def _by_hand(stage: Stage) -> int:
    click.echo(
        f"""
Paraph is up. Open {stage.sandbox_url}/ and follow one of the five stories there:

  A repair, signed in an app        press the button on a case, read the SMS
                                    ({stage.sandbox_url}/phone), sign, see the case change
  An offer, signed on the page      ask for signatures in the CRM, read the e-mails
  by two people                     ({stage.sandbox_url}/mailbox), sign, see the sealed PDF
  An additional sale, decided       send it from an order in the workshop's ERP, read the SMS,
  line by line                      tick and sign at the provider, see each line in the ERP
  A quote, followed and chased      send it by e-mail from the CRM's quotes, read or chase, sign,
                                    see views, history and order on the quote
  Offers in the customer's portal   share one in the field-service system, sign in to the portal
                                    with an address of the customer's, read, write, accept

  The hub itself                    {stage.hub_url}/health/sync
  Its API, described                {stage.hub_url}/api/openapi.json
  Logs and data                     {stage.folder}

Ctrl-C ends both processes.
"""
    )
    while True:
        stage.check_alive()
        time.sleep(0.5)


def _play(stage: Stage, path: Path, no_answer: bool) -> int:
    console = Console(highlight=False)
    timeline = Timeline(lambda moment: _tell(console, moment))
    story: Story | DocumentStory | WorkshopStory | PortalStory | QuoteStory
    roots = stage.folder / "data" / "seal" / "root.pem"
    if plays_documents(path):
        story = DocumentStory(load_document_script(path), stage.sandbox_url, roots, timeline)
    elif plays_hosted(path):
        told = load_workshop_script(path)
        api = _api(stage, told.workspace)
        story = WorkshopStory(told, stage.sandbox_url, api, roots, timeline)
    elif plays_quotes(path):
        quotes = load_quote_script(path)
        api = _api(stage, quotes.workspace)
        story = QuoteStory(quotes, stage.sandbox_url, api, roots, timeline)
    elif plays_portal(path):
        shared = load_portal_script(path)
        portal = f"{stage.hub_url}/p/{shared.workspace}/"
        api = _api(stage, shared.workspace)
        story = PortalStory(shared, stage.sandbox_url, portal, api, timeline)
    else:
        story = Story(load_script(path), stage.sandbox_url, timeline)
    before = story.record()
    try:
        if no_answer and isinstance(story, Story):
            problems = story.play_unanswered(lambda: _reminded(stage, story.script.workspace))
        else:
            problems = story.play()
    except Stuck as error:
        problems = [str(error)]
    after = story.record()
    story.close()
    _show(console, before, after)
    for problem in problems:
        console.print(f"WRONG: {problem}")
    console.print("The story did not end well." if problems else "The record holds what it must.")
    return 1 if problems else 0


def _tell(console: Console, moment: Moment) -> None:
    at = moment.at.strftime("%H:%M:%S.%f")[:-3]
    console.print(f"{at} UTC  {moment.seconds:7.3f} s  {moment.step}")


def _show(console: Console, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    table = Table("field", "before", "after", title="The record upstream")
    for name in after:
        old, new = str(before.get(name) or ""), str(after.get(name) or "")
        plain = not isinstance(after[name], dict | list)
        if old != new or (plain and (old or new)):
            table.add_row(("* " if old != new else "  ") + name, escape(old), escape(new))
    console.print(table)


def _reminded(stage: Stage, workspace: str) -> int:
    """How many reminders the hub's own history has, by its API."""
    api = _api(stage, workspace)
    newest = api.get("requests")["items"][0]["id"]
    events = api.get(f"requests/{newest}")["events"]
    api.close()
    return sum(1 for event in events if event["kind"] == "reminded")


def _api(stage: Stage, workspace: str) -> StoryApi:
    """The hub's API, with a key of its own."""
    given = ["--config", str(stage.config), "--workspace", workspace, "--name", "story"]
    key = subprocess.run(
        [sys.executable, "-m", "hub.cli", "api-key", *given],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return StoryApi(stage.hub_url, key)

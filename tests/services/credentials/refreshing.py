"""One process of a hub, by itself: signs in by OAuth2 at a simulated account, with what the hub's
database keeps. Prints the entity, or what went wrong."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.contracts.plugin import PluginContext
from hub.contracts.settings import load_settings
from hub.kernel.clock import SystemClock
from hub.kernel.crypto import Vault
from hub.kernel.errors import ParaphError
from hub.services.credentials.port import Secrets
from hub.storage.db import Database
from providers.getaccept.provider import GetAcceptProvider
from providers.getaccept.settings import OAUTH2, GetAcceptSettings

SECRET = "a secret key for tests, long enough"


class Mortal(Secrets):
    """Ends its process when an answer is to be stored."""

    def replace(self, name: str, value: Mapping[str, Any], version: int) -> bool:
        """Store the mark that a token is being used, and nothing else."""
        if value["trying"] is None:
            os._exit(9)
        return super().replace(name, value, version)


def provider(
    db: Database, workspace_id: str, url: str, token: str, kind: type[Secrets] = Secrets
) -> GetAcceptProvider:
    """The account's provider, as a hub makes it."""
    settings = {
        "base_url": f"{url}/v1",
        "app_url": url,
        "auth": OAUTH2,
        "client_id": "api",
        "client_secret": "app",
        "redirect_uri": "https://hub.example/back",
        "refresh_token": token,
    }
    port = kind(db, SystemClock(), workspace_id, "there")
    context = PluginContext("there", ports={"secrets": port})
    return GetAcceptProvider(load_settings(GetAcceptSettings, settings, "test"), context)


def main() -> None:
    """``DATABASE WORKSPACE URL TOKEN GATE KIND``; begins when the file ``GATE`` is there."""
    database, workspace_id, url, token, gate, kind = sys.argv[1:]
    db = Database(database, Vault(SECRET))
    made = provider(db, workspace_id, url, token, Mortal if kind == "mortal" else Secrets)
    print("ready", flush=True)
    while not Path(gate).exists():
        time.sleep(0.005)
    try:
        print(made.probe().facts["entity"])
    except ParaphError as error:
        print(error.code, error.detail)
    made.close()
    db.close()


if __name__ == "__main__":
    main()

"""``make cluster``: the larger size on this machine, to try by hand. Ends with Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from hub.cli.demo_folder import claimed
from hub.cli.endings import Ending
from hub.kernel.errors import ConfigurationError
from tests.cluster.cluster import Cluster, Shape


def main() -> None:
    """Start everything, say where to look, wait."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("config"))
    parser.add_argument("--folder", type=Path, default=Path("data/cluster"))
    parser.add_argument("--executor", choices=["dramatiq", "embedded"], default="dramatiq")
    parser.add_argument("--processes", type=int, default=1, help="of each of the two workers")
    given = parser.parse_args()
    ending = Ending(interrupted=0)
    shape = Shape(executor=given.executor, processes=given.processes)
    with claimed(given.folder):
        cluster = Cluster(
            given.folder, given.config, shape,
            ports=(8000, 8001), sandbox_port=8100, held=ending.held,
        )  # fmt: skip
        try:
            ending.begin()
            cluster.start()
            print(_told(cluster), flush=True)
            while True:
                cluster.check_alive()
                time.sleep(0.5)
        finally:
            try:
                ending.ignore()
            finally:
                cluster.stop()


def _told(cluster: Cluster) -> str:
    one, other = cluster.urls
    return f"""
The cluster is up: PostgreSQL, Valkey, two web processes, two workers.

  Press the button on a case        {cluster.sandbox_url}/
  Read the SMS on the phone         {cluster.sandbox_url}/phone
  Web 1, where the SMS leads        {one}/health/sync
  Web 2, which shows the same       {other}/health/sync
  Configuration                     {cluster.config}
  Logs                              {cluster.folder}/web-1.log, worker-1.log, ...
  Database                          {cluster.database_url}
  Redis                             {cluster.valkey.url}

Kill any of them and look again. Ctrl-C ends all in good order.
"""


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, ConfigurationError) as error:
        sys.exit(f"cluster: {error}")

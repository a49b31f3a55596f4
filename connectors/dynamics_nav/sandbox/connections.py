"""A TCP connection as the surfaces see it: NTLM signs in connections, faults cut them."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Any

CONNECTION = "paraph.connection"  # where the WSGI environment holds it


@dataclass
class Connection:
    """One connection: its socket, and what NTLM remembers of it."""

    socket: socket.socket
    memory: dict[str, Any] = field(default_factory=dict)

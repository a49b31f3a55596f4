"""Use cases: what the hub does, between the doors above and the engine and storage below."""

"""The whole product, played: real processes that get killed, and everything that can go wrong."""

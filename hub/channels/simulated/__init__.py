"""A channel without a network: messages land in memory, for tests and first steps."""

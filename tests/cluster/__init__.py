"""Real servers for tests and for trying the larger size on one machine, from wheels."""

"""A provider without an outside: it signs on demand or by itself, for tests and benchmarks."""

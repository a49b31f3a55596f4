"""Simulated upstream: records in this process, for tests, benchmarks and first steps."""

"""Benchmarks: ``python -m tests.bench [name]``. They measure and assert nothing."""

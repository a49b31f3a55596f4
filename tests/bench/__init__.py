"""Benchmarks: ``python -m tests.bench [name]``. They measure; they are no tests and assert nothing."""

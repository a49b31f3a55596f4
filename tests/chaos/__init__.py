"""The engine under kills and faults: ``python -m tests.chaos --help``. Every run ends with one line
of figures and a status that is not zero when they fall short."""

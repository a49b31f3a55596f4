"""JSONata's official test suite, run through our guarded expressions."""

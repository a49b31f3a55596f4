"""SMS through 46elks: one recipient per call, delivery reports, look-up before any repeat."""

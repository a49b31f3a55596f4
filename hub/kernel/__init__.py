"""Words that everything else uses: clock, ids, errors, redaction, logging, crypto. Knows nothing
above it."""

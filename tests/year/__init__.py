"""A year of documents at a hosted provider, played on a clock that is moved by hand."""

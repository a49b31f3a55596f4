"""Tools that plugins share: HTTP with honest errors, settings fields, texts. Sees contracts
only."""

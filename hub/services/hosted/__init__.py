"""Requests that are signed at a provider which keeps the document itself."""

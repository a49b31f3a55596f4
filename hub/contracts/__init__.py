"""The shapes that plugins and hub agree on: small, typed, no Flask, no database."""

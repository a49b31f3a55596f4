"""Paraph, the signing hub: everything except the plugins for single systems."""

__version__ = "0.1.0"

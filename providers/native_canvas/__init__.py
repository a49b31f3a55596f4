"""Signatures that are drawn or typed on the hub's own page; nobody outside is asked."""

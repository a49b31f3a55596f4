"""Channels: each folder carries messages to people one way (SMS, e-mail) and removes cleanly.

A channel is a plugin with a ``manifest.toml``; it sees toolkit, contracts and kernel only. The hub
finds it by its manifest and never imports it by name.
"""

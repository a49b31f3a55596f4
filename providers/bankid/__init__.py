"""Signing with Swedish BankID (Relying Party API v6.0). ``provider.py`` translates, ``client.py``
speaks the wire, ``verify*.py`` judge what was signed. Nothing here knows upstream records."""

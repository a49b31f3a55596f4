"""The customer's pages and the button page: server-rendered, phone first, no third party.

They know ``CustomerCases``, ``Buttons`` and ``RecordDesk`` of ``hub.services`` and nothing behind
them. All but the BankID step works without JavaScript.
"""

from hub.web.pages.blueprint import create_pages

__all__ = ["create_pages"]

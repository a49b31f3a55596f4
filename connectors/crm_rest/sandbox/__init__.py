"""A small CRM to try against: an ordinary JSON API, webhooks, and a page for people."""

from __future__ import annotations

from connectors.crm_rest.sandbox.simulator import CrmRestSandbox

__all__ = ["CrmRestSandbox"]

"""Dynamics NAV and Business Central: SOAP page services, or OData and API v2.0."""

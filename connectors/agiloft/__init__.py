"""Agiloft: service cases and other tables of one knowledge base, over REST or SOAP."""

"""The hub's own register as a connector: customers, repair cases and notes."""

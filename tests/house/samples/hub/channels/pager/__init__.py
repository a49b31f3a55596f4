"""Messages to pagers."""

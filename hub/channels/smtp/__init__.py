"""E-mail over SMTP submission: one recipient per message, the same Message-ID on every repeat."""

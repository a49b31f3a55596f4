"""A CRM with an ordinary JSON API over HTTP, described wholly by settings."""

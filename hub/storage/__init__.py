"""Rows: one SQLAlchemy model set on SQLite and PostgreSQL, migrations, and the queries on them."""

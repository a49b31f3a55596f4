"""The mapping language: files that say what a record means and what goes back. Does no I/O but
reading those files; it plans and evaluates, others store and send."""

"""What instances sign in with: values kept in the database, mending them, and who is told."""

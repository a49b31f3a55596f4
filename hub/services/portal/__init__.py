"""The customer's portal (story B): contacts, what is shared with them, signing in, the list."""

"""Documents and proofs are made in processes of their own: set, joined and sealed."""

"""House tests: rules that hold for the whole tree. Fast, no servers; ``make check`` runs them."""

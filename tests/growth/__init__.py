"""A plugin is added to a copy of the tree, and everything there still holds. Takes a while."""

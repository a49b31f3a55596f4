"""The engine against a model of it: random deeds, and after each one both must agree."""

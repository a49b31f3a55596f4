"""One folder per system that requests come from: found by manifest, never imported by name."""

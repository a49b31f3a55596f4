"""One folder per signing service: found by manifest, never imported by name."""

"""The proof of a completed request: certificate, sealed PDF, bundle, and the check of them."""

"""Story A at the simulated workshop: an ERP, a hosted provider, a hub, and everything that breaks."""

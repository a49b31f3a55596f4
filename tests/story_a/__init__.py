"""Story A at the simulated workshop: ERP, hosted provider, hub, and everything that breaks."""

"""What is to be signed, and what lies beside it: is it fit, what does it look like."""

"""GetAccept: keeps the document, invites, and has it read and signed on its own pages."""

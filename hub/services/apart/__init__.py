"""Work that is done in processes of its own: what they are asked, and who keeps them."""

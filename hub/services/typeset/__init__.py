"""Documents that the hub makes itself: a template, a letterhead and a record become a PDF."""

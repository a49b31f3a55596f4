"""Notices that their readers may choose (B3, E6): who wants to be told what, by which way, when."""

"""What would have to be true for an outcome to cross a line."""

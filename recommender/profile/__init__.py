"""What a citizen told, what was learned, and what they want to see no more."""

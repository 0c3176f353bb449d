"""Passages, vectors, search and answers over what the agencies published."""

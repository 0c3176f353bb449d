"""Sensitive words: how they are found, whatever stands between their characters, and what follows."""

"""Texts to vectors: the port, its adapters and the cache."""

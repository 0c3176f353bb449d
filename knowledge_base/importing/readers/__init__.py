"""Readers of formats that are text, each for one format."""

"""Benchmarks: how fast, how large, beside a named alternative in the same run."""

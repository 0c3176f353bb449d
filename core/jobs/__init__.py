"""Background jobs: rows are the truth, a lease with a fence says who runs one, messages only hint at it."""

"""Trying questions as citizens would be answered, on what is published or with a draft as if it were."""

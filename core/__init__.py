"""Words and plumbing that every other room may import; imports none of them."""

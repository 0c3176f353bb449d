"""What is kept of a citizen's conversations."""

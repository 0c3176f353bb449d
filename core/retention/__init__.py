"""What is kept for how long: rules, what they would take, and the log of what they took."""

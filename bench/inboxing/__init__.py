"""What the acceptance run of the inbox is made of."""

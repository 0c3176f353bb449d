"""What agencies do in the console, done as they do it."""

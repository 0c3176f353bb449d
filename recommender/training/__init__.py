"""From interactions to the model in use: what is learned from, what is accepted, which one serves."""

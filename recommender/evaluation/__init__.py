"""How good the model is, on public data: protocols, measures, and other methods beside it."""

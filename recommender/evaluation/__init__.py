"""How good recommending is, on public data and in a made-up city."""

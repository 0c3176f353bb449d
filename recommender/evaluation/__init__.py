"""How good recommending is: on public data beside other methods, and in a made-up city by time."""

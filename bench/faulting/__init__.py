"""Faults for real: what is broken, what citizens see of it, what is lost, how soon all is well again."""

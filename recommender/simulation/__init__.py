"""A made-up city of citizens with hidden needs, to try and to measure recommending on. Pure, seeded."""

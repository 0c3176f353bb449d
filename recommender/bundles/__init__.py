"""Life events as bundles: which one is shown, its steps in order, one list of all that is to be brought."""

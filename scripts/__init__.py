"""Set-up and checking of a working copy; runs with any Python 3.9 or later and no package."""

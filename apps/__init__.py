"""The programs: composition roots that put the rooms together."""

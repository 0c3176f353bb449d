"""Search: fusion of the indexes, ranking, reading window and confidence."""

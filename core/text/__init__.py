"""Text as citizens write it and as it is matched."""

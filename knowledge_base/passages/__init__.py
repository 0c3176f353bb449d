"""How records are cut into the passages that are searched and quoted."""

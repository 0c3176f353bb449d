"""How often something may be done: a port, counted in Redis or in memory."""

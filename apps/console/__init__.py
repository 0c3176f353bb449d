"""The staff's console: server-rendered pages on a port of their own."""

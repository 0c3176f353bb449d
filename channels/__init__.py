"""How we talk to citizens: one port, a folder for each way."""

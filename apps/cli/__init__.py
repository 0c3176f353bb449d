"""The `weizheng` command: set up, run and look after an installation."""

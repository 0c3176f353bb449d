"""Staff: accounts, rights, the commands they may run, and the log of what they did."""

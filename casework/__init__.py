"""What citizens' questions leave to be done: groups of questions; tasks and ratings come here."""

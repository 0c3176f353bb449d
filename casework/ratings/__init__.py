"""Good-or-bad rating (好差评): what citizens rate, and what staff do about the two lowest levels."""

"""From a question to one reply with a closed status: small steps over one turn."""

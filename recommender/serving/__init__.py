"""From what is known of a citizen to a few service items with reasons."""

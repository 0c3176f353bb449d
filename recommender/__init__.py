"""From what is known of a citizen to the service items that fit: eligibility first, ranking above it."""

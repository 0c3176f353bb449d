"""The citizens' portal: HTTP API and page."""

"""What the agencies have published: agencies, regions, documents, service items, and their revisions."""

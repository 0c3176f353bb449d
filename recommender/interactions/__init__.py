"""What citizens do with service items: kept, weighed, counted, and guarded against floods."""

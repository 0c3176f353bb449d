"""What the logs tell staff: figures by day, how fresh and complete the contents are, as files too."""

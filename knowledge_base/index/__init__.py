"""In-memory indexes of passages and whole records: vectors and words."""

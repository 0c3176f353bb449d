"""Uploads that are read in the background: kept in the database until a worker has made drafts of them."""

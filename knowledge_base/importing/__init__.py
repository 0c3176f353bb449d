"""Brings files of guides, documents, agencies and regions into the catalogue."""

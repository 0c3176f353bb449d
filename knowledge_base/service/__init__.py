"""The knowledge service: one application object behind a small HTTP interface."""

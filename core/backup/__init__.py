"""Backup and restore: one portable file for SQLite and PostgreSQL."""

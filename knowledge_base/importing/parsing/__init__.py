"""Parsers of office files, PDF, tables and archives: they run in a child process and know no record."""

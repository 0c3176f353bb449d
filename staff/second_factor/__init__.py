"""The second factor of staff: codes that change with the time (RFC 6238), and recovery codes."""

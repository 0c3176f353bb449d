"""Parts of the acceptance run that kills the worker and Redis."""

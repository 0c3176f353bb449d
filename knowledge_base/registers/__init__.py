"""Registers that staff look after: agencies, regions, everyday names, fixed answers, bundles."""

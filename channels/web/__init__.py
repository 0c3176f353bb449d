"""The inbox on the citizens' page."""

"""The action server: translates a turn of the dialogue to a question for the knowledge service, and back."""

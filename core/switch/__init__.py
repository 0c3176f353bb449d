"""The off switch: what of the assistant is turned off, as SQL has it and as processes ask for it."""

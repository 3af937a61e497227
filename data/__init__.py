"""What is known before any model: cases, the registry of desks, and text."""

"""Text models: from texts to the scores of every head."""

"""The authority rules: which level of government answers for what, and by which law."""

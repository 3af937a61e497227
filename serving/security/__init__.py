"""Who may call: keys, scopes and limits."""

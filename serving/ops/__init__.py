"""Running it: metrics, models in service, drift."""

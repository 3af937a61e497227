"""The HTTP interface: wire models, routes, limits and problem details."""

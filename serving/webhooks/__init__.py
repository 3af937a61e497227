"""Signed messages to other systems about what happened to a complaint."""

"""Pintu over HTTP."""

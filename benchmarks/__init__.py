"""Measurements: accuracy on the client's data, speed and memory of this machine."""

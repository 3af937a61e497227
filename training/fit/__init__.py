"""Fitting of each backend and of what cases teach about places."""

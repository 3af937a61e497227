"""Regions, mandates, agencies and profiles, and the units that they compose."""

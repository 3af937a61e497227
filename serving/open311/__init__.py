"""A door for software that speaks Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2)."""

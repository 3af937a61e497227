"""Sortable identifiers."""

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, no I, L, O, U


def new_id() -> str:
    """A ULID (github.com/ulid/spec): 48 bits of milliseconds and 80 random bits as 26
    characters. Unique whatever the clock does; the order of arrival is ``number``, not this."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))

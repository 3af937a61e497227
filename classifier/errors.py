"""What can be wrong with a bundle."""

from data.errors import PintuError


class BundleError(PintuError):
    """A bundle is missing, damaged or of another format; the message says what to do."""

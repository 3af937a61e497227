"""The server's secret, from which others are derived."""

import hashlib
import hmac
import os
import secrets

from data.home import home
from serving.settings import Settings


def secret(settings: Settings) -> bytes:
    """``PINTU_SECRET``, or the one in Pintu's own folder, which is made on first use.

    Every process and every machine that shares a database needs the same one.
    """
    if settings.secret:
        return settings.secret.get_secret_value().encode()
    path = home() / "secret"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"secret.{secrets.token_hex(4)}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(part, path)  # fails if another process was first: its secret counts
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text(encoding="ascii").encode()


def derived(key: bytes, purpose: str, value: str) -> str:
    """HMAC-SHA-256 in hexadecimal of a value for one purpose."""
    return hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

"""Settings of the server, from ``PINTU_…`` environment variables and the command line."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024

LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(BaseSettings):
    """How the server runs; ``PINTU_PORT`` sets ``port`` and so on.

    Attributes:
        bundle: folder of the bundle to serve; None for the active one.
        profile: a profile file that replaces the bundle's own for its region.
        policy: a policy file; None for the bundle's own target.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        workers: processes that answer.
        allow_public: whether an address that others can reach is allowed.
        max_body: bytes that the body of any request but a batch may have.
        max_batch_body: bytes that the body of a batch may have.
        body_seconds: how long a body may take to arrive.
        log_level: the least severe messages that are logged; "info" has one line a request.
    """

    model_config = SettingsConfigDict(env_prefix="PINTU_", extra="ignore", frozen=True)

    bundle: Path | None = None
    profile: Path | None = None
    policy: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    allow_public: bool = False
    max_body: int = Field(default=1 * MIB, ge=1024)
    max_batch_body: int = Field(default=8 * MIB, ge=1024)
    body_seconds: float = Field(default=30.0, gt=0)
    log_level: LogLevel = "info"

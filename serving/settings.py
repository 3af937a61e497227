"""Settings of the server, from ``PINTU_…`` environment variables and the command line."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import PintuError
from data.home import home

MIB = 1024 * 1024

LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(BaseSettings):
    """How the server runs; ``PINTU_PORT`` sets ``port`` and so on.

    Attributes:
        bundle: folder of the bundle to serve; None for the active one, which can be changed while
            the server runs.
        profile: a profile file that replaces the bundle's own for its region.
        policy: a policy file; None for the bundle's own target.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        workers: processes that answer.
        database_url: where cases are kept; None for ``pintu.db`` in Pintu's own folder. It may
            hold a password.
        secret: what reporters' names are hashed with and webhooks signed with; None for the one
            in Pintu's own folder, made on first use.
        max_body: bytes that the body of any request but a batch may have.
        max_batch_body: bytes that the body of a batch may have.
        header_seconds: how long a connection may take to send a request's head.
        body_seconds: how long a body may take to arrive.
        record_seconds: how long recording may take before the client is told to come again.
        retention_days: how long texts of closed cases are kept; ``pintu purge`` takes them out.
        cors_origins: origins whose pages may call the API, separated by commas; none by default.
        webhook_private: whether webhooks may go to addresses of the own network.
        tracing: whether OpenTelemetry traces are made (needs pintu[telemetry]).
        log_level: the least severe messages that are logged; "info" has one line a request.
    """

    model_config = SettingsConfigDict(
        env_prefix="PINTU_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    bundle: Path | None = None
    profile: Path | None = None
    policy: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    database_url: SecretStr | None = None
    secret: SecretStr | None = Field(default=None, min_length=32)
    max_body: int = Field(default=1 * MIB, ge=1024)
    max_batch_body: int = Field(default=8 * MIB, ge=1024)
    header_seconds: float = Field(default=10.0, gt=0)
    body_seconds: float = Field(default=30.0, gt=0)
    record_seconds: float = Field(default=30.0, gt=0)
    retention_days: int = Field(default=730, ge=1)
    cors_origins: str = ""
    webhook_private: bool = False
    tracing: bool = False
    log_level: LogLevel = "info"

    def database(self) -> str:
        """The URL of the database."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{home().resolve() / 'pintu.db'}"


def configured(**given: Any) -> Settings:
    """The settings of the environment, under those that are given.

    Raises:
        PintuError: every fault with its name and where it is set.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = [
            f"{e['loc'][0]}: {e['msg']} (option or PINTU_{str(e['loc'][0]).upper()})"
            for e in error.errors()
        ]
        raise PintuError("; ".join(faults)) from None

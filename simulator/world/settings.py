"""What the simulator's process is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MANIFEST = Path(__file__).parents[2] / "shopify.app.toml"


@dataclass(frozen=True, kw_only=True)
class Settings:
    api_key: str = "simulated-client-id"
    api_secret: str = "simulated-client-secret"
    old_api_secret: str | None = None  # the one before the last rotation, for forged deliveries
    hub_url: str | None = None  # where webhooks go and quiet is asked; none: there is no hub
    internal_secret_file: Path | None = None
    state_dir: Path | None = None  # none: nothing survives the process
    seed: int = 1
    port: int = 0
    manifest: Path = MANIFEST  # the app's configuration, for its own webhook subscriptions and scopes

    @classmethod
    def from_environment(cls, values: Mapping[str, str]) -> "Settings":
        """Read the settings; what is absent or empty keeps its default."""

        def path(name: str) -> Path | None:
            return Path(values[name]) if values.get(name) else None

        return cls(
            api_key=values.get("SHOPIFY_API_KEY") or cls.api_key,
            api_secret=values.get("SHOPIFY_API_SECRET") or cls.api_secret,
            old_api_secret=values.get("SHOPIFY_API_SECRET_PREVIOUS") or None,
            hub_url=(values.get("HUB_WEB_URL") or "").rstrip("/") or None,
            internal_secret_file=path("HUB_INTERNAL_SECRET_FILE"),
            state_dir=path("SIMULATOR_STATE_DIR"),
            seed=int(values.get("SIMULATOR_SEED") or cls.seed),
            port=int(values.get("SIMULATOR_PORT") or cls.port),
            manifest=path("SIMULATOR_APP_CONFIG") or MANIFEST,
        )

    def internal_secret(self) -> str:
        """The bearer the hub asks for; read each time, because the hub may write it after us."""
        if self.internal_secret_file is None or not self.internal_secret_file.is_file():
            return ""
        return self.internal_secret_file.read_text().strip()

"""A local world: its folder, its ports, its secrets, and the surroundings its programs are given."""

import base64
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core.local_services.errors import LocalServiceError
from app.core.local_services.folders import private_folder, write_whole

HOST = "127.0.0.1"
BELOW_THE_PASSING = range(15000, 32000, 2)
"""Ports below those that systems give to outgoing connections: one of these would keep a world from starting again."""
CLIENT_ID = "partner-hub-local"
SECRETS: Mapping[str, Callable[[], str]] = {
    "SHOPIFY_API_SECRET": lambda: secrets.token_hex(32),
    "INTERNAL_SECRET": lambda: secrets.token_urlsafe(32),
    "TOKEN_ENCRYPTION_KEYS": lambda: "local:" + base64.b64encode(secrets.token_bytes(32)).decode(),
}
# What belongs to the product alone; the simulator has to do without, as Shopify does.
KEPT_FROM_SIMULATOR = (
    "DATABASE_URL",
    "DATABASE_MIGRATION_URL",
    "REDIS_URL",
    "INTERNAL_SECRET",
    "TOKEN_ENCRYPTION_KEYS",
)


@dataclass(frozen=True)
class World:
    """Where one local world lives; several live side by side with folders and ports of their own."""

    folder: Path
    port_base: int
    environ: Mapping[str, str]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "World":
        """The world HUB_STATE_DIR and HUB_PORT_BASE speak of."""
        base = environ.get("HUB_PORT_BASE") or "8700"
        if not base.isdecimal() or not 1 <= int(base) <= 65534:
            raise LocalServiceError("HUB_PORT_BASE has to be a port number.")
        return cls(Path(environ.get("HUB_STATE_DIR") or ".hub").resolve(), int(base), environ)

    @property
    def ports(self) -> Mapping[str, int]:
        """Which program listens where."""
        return {"web": self.port_base, "simulator": self.port_base + 1}

    @property
    def web_url(self) -> str:
        """Where the hub is served."""
        return f"http://{HOST}:{self.ports['web']}"

    @property
    def simulator_url(self) -> str:
        """Where the pretend Shopify is served."""
        return f"http://{HOST}:{self.ports['simulator']}"

    @property
    def addresses(self) -> Mapping[str, str]:
        """What a person or a checker opens."""
        simulator = self.simulator_url
        return {"web": self.web_url, "control": simulator, "overview": f"{simulator}/", "admin": f"{simulator}/admin"}

    @property
    def programs_folder(self) -> Path:
        """What lives exactly as long as the supervisor; the services serve other commands too."""
        return self.folder / "programs"

    @property
    def internal_secret_file(self) -> Path:
        """Where the bearer secret of /internal/* lies."""
        return self.folder / "secrets" / "INTERNAL_SECRET"

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return private_folder(self.folder / "logs") / f"{name}.log"

    def product_environment(self, addresses: Mapping[str, str]) -> dict[str, str]:
        """What web, worker and the commands see: the local values, and above them whatever our own environment sets."""
        local = {
            "APP_URL": self.web_url,
            "SHOPIFY_API_KEY": CLIENT_ID,
            "SHOPIFY_NETWORK_ADDRESS": self.simulator_url,
            "SHOPIFY_STORE_URL": f"{self.simulator_url}/shops/{{shop}}",
            "SHOPIFY_ADMIN_URL": f"{self.simulator_url}/admin",
            "APP_BRIDGE_SCRIPT_URL": f"{self.simulator_url}/static/app-bridge.js",
            "POLARIS_SCRIPT_URL": f"{self.simulator_url}/static/polaris.js",
            "BUSINESS_CLOCK_URL": f"{self.simulator_url}/clock",
            "HUB_STATE_DIR": str(self.folder),
            "HUB_PORT_BASE": str(self.port_base),
            "PYTHONUNBUFFERED": "1",
            **self._secrets(),
            **addresses,
        }
        return {**local, **{name: value for name, value in self.environ.items() if value}}

    def simulator_environment(self) -> dict[str, str]:
        """What the simulator sees: its own place, the app's credentials, and where the hub is."""
        product = self.product_environment({})
        return {
            **{name: value for name, value in product.items() if name not in KEPT_FROM_SIMULATOR},
            "SIMULATOR_PORT": str(self.ports["simulator"]),
            "SIMULATOR_STATE_DIR": str(private_folder(self.folder / "simulator")),
            "SIMULATOR_SEED": self.environ.get("SIMULATOR_SEED") or "1",
            "HUB_WEB_URL": self.web_url,
            "HUB_INTERNAL_SECRET_FILE": str(self.internal_secret_file),
        }

    def _secrets(self) -> dict[str, str]:
        """The world's secrets, made once; a bearer set in the environment is kept where a checker looks for it."""
        folder = private_folder(self.folder / "secrets")
        if given := self.environ.get("INTERNAL_SECRET"):
            write_whole(folder / "INTERNAL_SECRET", given)
        for name, make in SECRETS.items():
            if not (folder / name).exists():
                write_whole(folder / name, make())
        return {name: (folder / name).read_text().strip() for name in SECRETS}


def free_port_base() -> int:
    """Return a port that nobody listens on, nor on the next one: where a world of one's own can live."""
    while True:
        base = secrets.choice(BELOW_THE_PASSING)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind((HOST, base))
                second.bind((HOST, base + 1))
            except OSError:
                continue
        return base

"""PostgreSQL refuses to run as root: the ways around it, tried in order, and the folder each can work in."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.local_services.errors import LocalServiceError
from app.core.local_services.folders import fallback_folder, private_folder

NOBODY = 65534
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
WAYS = ("unshare", "account", "copy")
# Reachable by every account, and not emptied at a restart.
PUBLIC = Path("/var/tmp")


@dataclass(frozen=True)
class Footing:
    """Under which account a server runs, with which program, and in which folder."""

    way: str
    program: Path
    home: Path
    prefix: tuple[str, ...] = ()
    account: tuple[int, int] | None = None

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line for one of the server's programs."""
        return [*self.prefix, str(self.program.with_name(name)), *arguments]

    def run(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        """Run a short command under this account."""
        uid, gid = self.account or (None, None)
        return subprocess.run(
            command,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            env=server_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    @property
    def owner(self) -> int:
        """The user id that has to own the server's files."""
        return self.account[0] if self.account else os.getuid()

    def works(self) -> bool:
        """Whether the program runs under this account and can write into its folder."""
        self.take_over()
        try:
            can_run = self.run(self.command("postgres", "--version"))
            can_write = self.run([*self.prefix, "test", "-w", str(self.home)])
        except OSError:
            return False
        return can_run.returncode == 0 and can_write.returncode == 0

    def take_over(self) -> None:
        """Give the folder, and what an earlier start under another account left in it, to this account."""
        private_folder(self.home, self.owner)
        for each in self.home.iterdir():
            if each.lstat().st_uid != self.owner:
                for path in (each, *each.rglob("*")):
                    os.chown(path, self.owner, -1, follow_symlinks=False)


def server_environment() -> dict[str, str]:
    """The little a server needs of our environment; PGDATA and its kin would lead it astray."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {"LC_ALL": "C", "TZ": "UTC", **kept}


def choose_footing(program: Path, home: Path, ways: Sequence[str] = WAYS) -> Footing:
    """The first way that works here; the one that worked before comes first, because the database is where it put it."""
    if os.getuid() != 0:
        return Footing("plain", program, private_folder(home))
    note = private_folder(home) / "way"
    before = note.read_text() if note.exists() else ""
    for way in sorted(ways, key=lambda each: each != before):
        for footing in _footings(way, program, home):
            if footing.works():
                note.write_text(way)
                return footing
    raise LocalServiceError("PostgreSQL does not run as root, and no other account can be used here; set DATABASE_URL.")


def _footings(way: str, program: Path, home: Path) -> Iterator[Footing]:
    if way == "unshare":
        yield Footing(way, program, home, prefix=UNSHARE)
        return
    for account in _accounts():
        if way == "account":
            yield Footing(way, program, home, account=account)
        else:
            yield Footing(way, _copy(program), fallback_folder(PUBLIC, home, account[0]), account=account)


def _accounts() -> Iterator[tuple[int, int]]:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        yield entry.pw_uid, entry.pw_gid


def _copy(program: Path) -> Path:
    """The server where every account can reach it; its libraries are looked for beside the package, so they come along."""
    install = program.parent.parent
    package = install.parent
    target = fallback_folder(PUBLIC, install)
    target.chmod(0o755)
    copied = target / package.name / install.name / "bin" / program.name
    if not copied.exists():
        for source in (package.with_name(f"{package.name}.libs"), install):
            if source.exists():
                draft = target / "draft"
                shutil.rmtree(draft, ignore_errors=True)
                shutil.copytree(source, draft, symlinks=True)
                place = target / source.relative_to(package.parent)
                place.parent.mkdir(exist_ok=True)
                shutil.rmtree(place, ignore_errors=True)
                draft.rename(place)
    return copied

"""PostgreSQL refuses to run as root: the ways around it, tried in order, and the folder each can work in."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

from app.core.local_services.errors import LocalServiceError
from app.core.local_services.folders import fallback_folder, locked, private_folder, write_whole

NOBODY = 65534
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
WAYS = ("unshare", "account", "copy")
# Beside the data of a server started by root: the way that worked, and the folder the data went to.
NOTE = "way"
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


class Plan(NamedTuple):
    """A way to try: how, with the data in the world's folder or elsewhere, and as whom."""

    way: str
    elsewhere: bool = False
    account: str = ""


def server_environment() -> dict[str, str]:
    """The little a server needs of our environment; PGDATA and its kin would lead it astray."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {"LC_ALL": "C", "TZ": "UTC", **kept}


def choose_footing(program: Path, home: Path, ways: Sequence[str] = WAYS) -> Footing:
    """The first way that works here, beginning with the one that worked before: the database lies where that put it."""
    if os.getuid() != 0:
        return Footing("plain", program, private_folder(home))
    note = private_folder(home) / NOTE
    before = note.read_text().splitlines()[0] if note.exists() else ""
    for plan in sorted(_plans(ways), key=lambda each: str(each) != before):
        footing = _footing(plan, program, home)
        if footing.works():
            write_whole(note, f"{plan}\n{footing.home}\n")
            return footing
        if plan.elsewhere:
            footing.home.rmdir()
    raise LocalServiceError("PostgreSQL does not run as root, and no other account can be used here; set DATABASE_URL.")


def remove_home(home: Path) -> None:
    """Remove a server's files, also where they had to lie elsewhere."""
    note = home / NOTE
    if note.exists():
        shutil.rmtree(note.read_text().splitlines()[1], ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def _plans(ways: Sequence[str]) -> list[Plan]:
    accounts = [name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()}]
    others = [Plan(*each) for each in product(("account", "copy"), (False, True), accounts)]
    return [plan for plan in (Plan("unshare"), *others) if plan.way in ways]


def _footing(plan: Plan, program: Path, home: Path) -> Footing:
    if plan.way == "unshare":
        return Footing(plan.way, program, home, prefix=UNSHARE)
    entry = pwd.getpwnam(plan.account)
    place = fallback_folder(PUBLIC, home / plan.account, entry.pw_uid) if plan.elsewhere else home
    reachable = _copy(program) if plan.way == "copy" else program
    return Footing(plan.way, reachable, place, account=(entry.pw_uid, entry.pw_gid))


def _copy(program: Path) -> Path:
    """The server where every account can reach it; the libraries it looks for beside its package come along."""
    install = program.parent.parent
    package = install.parent
    target = fallback_folder(PUBLIC, install, mode=0o755)
    copied = target / program.relative_to(package.parent)
    with locked(target / "copy.lock"):
        if not copied.exists():
            for source in (package.with_name(f"{package.name}.libs"), install):
                _copy_whole(source, target / source.relative_to(package.parent))
    return copied


def _copy_whole(source: Path, place: Path) -> None:
    """Copy under another name first, so that an interrupted copy is never taken for the whole."""
    if source.exists():
        draft = place.with_name(f"{place.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(source, draft, symlinks=True)
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)

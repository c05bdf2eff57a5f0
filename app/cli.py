"""The command `hub`: one table of commands, each a few lines that hand over to the module that does the work."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.errors import HubError, Unavailable
from app.core.local_services.errors import LocalServiceError
from app.core.local_services.lease import PROJECT
from app.core.local_services.services import migrate, services_of
from app.core.local_services.state import read_state
from app.core.local_services.supervisor import Supervisor
from app.core.local_services.world import HOST, World
from app.core.settings import SettingsError


@dataclass(frozen=True)
class Command:
    """One sub-command: what it is called, what it is for, its options, and what runs."""

    name: str
    about: str
    run: Callable[[argparse.Namespace], int]
    options: Callable[[argparse.ArgumentParser], None] = lambda parser: None


def up(options: argparse.Namespace) -> int:
    """Bring the local world up and stay until stopped."""
    world = World.of(os.environ)

    def show_addresses() -> None:
        print("\n".join(_listed(world.addresses)))
        print("Up. Stop with Ctrl-C.", flush=True)

    Supervisor(world, lambda sentence: print(sentence, flush=True), show_addresses).run()
    return 0


def ps(options: argparse.Namespace) -> int:
    """Say which processes of the world run, and where."""
    state = read_state(World.of(os.environ))
    print(json.dumps(state, indent=2) if options.json else "\n".join(_told(state)))
    return 0 if state["state"] != "down" else 1


def _told(state: Mapping[str, Any]) -> Iterator[str]:
    yield f"{state['state']}  {state['state_dir']}"
    for each in state["processes"]:
        yield "  {name:10} {state:9} pid {pid}  restarts {restarts}  since {since}".format(**each)
    if state["state"] != "down":
        yield from _listed(state["addresses"])


def _listed(addresses: Mapping[str, str]) -> list[str]:
    return [f"  {name:10} {address}" for name, address in addresses.items()]


def web(options: argparse.Namespace) -> int:
    """Serve the web application."""
    from app.serving import serve

    serve(options.host, options.port or World.of(os.environ).ports["web"])
    return 0


def worker(options: argparse.Namespace) -> int:
    """Do the queued work."""
    return _become("jobs.worker")


def simulator(options: argparse.Namespace) -> int:
    """Serve the pretend Shopify of the local world."""
    world = World.of(os.environ)
    return _become("simulator", world.simulator_environment())


def histories(options: argparse.Namespace) -> int:
    """Play random histories against the simulator; they are tests, and only a checkout has them."""
    if not (PROJECT / "tests" / "histories").is_dir():
        raise LocalServiceError("Histories are tests, and this copy of Partner Hub has none; play them in a checkout.")
    command = [sys.executable, "-m", "tests.histories"]
    for name in ("count", "seed", "faults", "jobs", "shrink"):
        command += [f"--{name}", str(getattr(options, name))]
    return subprocess.run([*command, *(["--json"] if options.json else [])], cwd=PROJECT, check=False).returncode


def migrate_database(options: argparse.Namespace) -> int:
    """Bring the database to the newest schema."""
    if os.environ.get("DATABASE_MIGRATION_URL"):
        migrate(os.environ)
    else:
        with services_of(World.of(os.environ)) as environment:
            migrate(environment)
    return 0


def rehearsal_command(name: str) -> Callable[[argparse.Namespace], int]:
    """A command of the rehearsal; it loads the whole product, which the others do without."""

    def run(options: argparse.Namespace) -> int:
        from app.rehearsal import commands
        from jobs.subscriptions import subscribers

        command: Callable[..., int] = getattr(commands, name)
        return command(options, subscribers())

    return run


def access_command(name: str) -> Callable[[argparse.Namespace], int]:
    """A command of the stores' access, here or in production: wherever the environment leads."""

    def run(options: argparse.Namespace) -> int:
        from app.stores import commands
        from jobs.subscriptions import subscribers

        with services_of(World.of(os.environ)) as environment:
            told = asyncio.run(getattr(commands, name)(environment, subscribers()))
        print("\n".join(told))
        return 0

    return run


def package(options: argparse.Namespace) -> int:
    """Print what a customer asked for, to be handed over by the store."""
    from app.core.runtime import build_runtime
    from app.core.settings import load_settings
    from app.fulfillment.erasing import package_of

    async def read(environment: Mapping[str, str]) -> list[dict[str, Any]]:
        async with build_runtime(load_settings(environment)).running() as runtime:
            return await package_of(runtime.units_of_work({}), options.request)

    with services_of(World.of(os.environ)) as environment:
        print(json.dumps(asyncio.run(read(environment)), indent=2, ensure_ascii=False))
    return 0


def exceptions(options: argparse.Namespace) -> int:
    """Print what stands open and belongs to no store, or end one."""
    from app.exceptions import commands

    with services_of(World.of(os.environ)) as environment:
        told = commands.show(environment) if options.done is None else commands.end(environment, options.done)
        print("\n".join(asyncio.run(told)))
    return 0


def _become(module: str, environment: dict[str, str] | None = None) -> int:
    """Go on as another module of the project, under the same process number."""
    os.chdir(PROJECT)
    os.execve(sys.executable, [sys.executable, "-m", module], environment or dict(os.environ))


def _whole(at_least: int = 0, at_most: int = 2**63 - 1) -> Callable[[str], int]:
    """An option that is a whole number within bounds; the parser tells who gave another."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 20 and at_least <= int(text) <= at_most):
            bounds = f"of at least {at_least}" if at_most == 2**63 - 1 else f"between {at_least} and {at_most}"
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number {bounds}")
        return int(text)

    return read


def _web_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=_whole(1, 65535))


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def _rehearse_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weeks", type=_whole(1), default=1)
    parser.add_argument("--retailers", type=_whole(1), default=1)
    parser.add_argument("--partners", type=_whole(1), default=3, help="partners of each retailer")
    parser.add_argument("--orders", type=_whole(), default=40, help="customers' orders a week")
    parser.add_argument("--seed", type=_whole(), default=7)
    parser.add_argument("--faults", choices=("none", "light", "standard"), default="none")
    parser.add_argument("--kills", type=_whole(), default=0, help="processes to kill while it plays")
    parser.add_argument(
        "--setup-only", action="store_true", help="connect, import and publish, then leave the world up"
    )
    parser.add_argument("--shared-partner", action="store_true", help="let all retailers sell one partner")
    _json_option(parser)


def _histories_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=_whole(1), default=20, help="how many")
    parser.add_argument("--seed", type=_whole(), default=1, help="of the first; each other one has the next")
    parser.add_argument("--faults", choices=("none", "light", "standard"), default="standard")
    parser.add_argument("--jobs", type=_whole(1), default=1, help="processes that share them")
    parser.add_argument("--shrink", type=_whole(), default=60, help="plays spent on making a failure short; 0: none")
    _json_option(parser)


def _package_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", type=_whole(), help="its number in `hub privacy`")


def _exceptions_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--done", type=_whole(), metavar="N", help="say that nothing is left to do about one")


def _demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reset", action="store_true", help="begin anew")
    parser.add_argument("--play", action="store_true", help=argparse.SUPPRESS)


def _staff_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--receive", action="store_true", help="open every parcel that is on the way")
    parser.add_argument("--ship", action="store_true", help="pack what is ready and hand it to a carrier")
    parser.add_argument("--short", type=_whole(), default=0, help="units to find missing")
    parser.add_argument("--over", type=_whole(), default=0, help="units to find too many")
    parser.add_argument("--accept-partner", metavar="SHOP", help="accept the invitation of this partner's store")
    parser.add_argument("--seed", type=_whole(), default=1)
    _json_option(parser)


COMMANDS: tuple[Command, ...] = (
    Command("up", "start the local world and stay until stopped", up),
    Command("ps", "show the processes and addresses of the local world", ps, _json_option),
    Command("web", "serve the web application", web, _web_options),
    Command("worker", "do the queued work", worker),
    Command("simulator", "serve the pretend Shopify", simulator),
    Command("demo", "start the local world, play a week in it, and stay up", rehearsal_command("demo"), _demo_options),
    Command(
        "rehearse",
        "play weeks headless against the simulator and check the books",
        rehearsal_command("rehearse"),
        _rehearse_options,
    ),
    Command("histories", "play random histories with faults and judge them", histories, _histories_options),
    Command("staff", "do what people at the centre do", rehearsal_command("staff"), _staff_options),
    Command(
        "books", "print everything the hub holds of units, orders and stock", rehearsal_command("books"), _json_option
    ),
    Command("rotate-keys", "seal every stored token with the first encryption key", access_command("rotate_keys")),
    Command("rotate-secret", "mint every token anew with the current client secret", access_command("rotate_secret")),
    Command("privacy", "show what was asked for people's sake, and what was done", access_command("privacy")),
    Command("package", "print what is held of the customer of a data request", package, _package_options),
    Command("exceptions", "show what cannot proceed and belongs to no store", exceptions, _exceptions_options),
    Command("migrate", "bring the database to the newest schema", migrate_database),
)

INTERRUPTED = 130  # as a shell tells of Ctrl-C
READER_LEFT = 141  # as a shell tells of who writes to a pipe that nobody reads any more


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that was asked for."""
    parser = argparse.ArgumentParser(prog="hub", description="Partner Hub")
    choices = parser.add_subparsers(required=True, metavar="command")
    for command in COMMANDS:
        choice = choices.add_parser(command.name, help=command.about, description=command.about)
        command.options(choice)
        choice.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    try:
        result: int = options.run(options)
        sys.stdout.flush()
    except (LocalServiceError, SettingsError) as error:
        print(f"hub: {error}", file=sys.stderr)
        return 1
    except HubError as error:
        hint = " If the local world is meant: `hub up` starts it." if isinstance(error, Unavailable) else ""
        print(f"hub: {error.sentence}{hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hub: stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # What is still unwritten has no reader; Python would try again at its end and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_LEFT
    return result


if __name__ == "__main__":
    sys.exit(main())

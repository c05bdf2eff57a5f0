"""The program behind `hub histories`: plays many histories and tells what broke, each with its short story."""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import uvloop

from app.core.log import configure_logging
from tests.histories.run import Played, play
from tests.histories.shrink import kind_of, shrink
from tests.histories.stage import SHAPES, Theatre
from tests.histories.story import Story, draw
from tests.support.database import hold_session_folder, start_server

PROJECT = Path(__file__).parents[2]
SORTS = ("lost", "doubled", "broken", "silent", "halted")


@dataclass(slots=True)
class Tally:
    """What so many histories came to."""

    histories: int = 0
    acts: int = 0
    orders: int = 0
    units: int = 0
    seconds: float = 0.0
    reached: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def add(self, played: Played) -> None:
        """Count one more history."""
        self.histories += 1
        self.acts += len(played.story.acts)
        self.orders += played.orders
        self.units += played.units
        self.seconds += played.seconds
        self.reached.update(played.reached)
        self.faults.update(played.faults)
        self.findings.update(finding.partition(":")[0] for finding in played.findings)

    def join(self, other: dict[str, Any]) -> None:
        """Count what another process played."""
        for name in ("histories", "acts", "orders", "units", "seconds"):
            setattr(self, name, getattr(self, name) + other[name])
        self.reached.update(other["reached"])
        self.faults.update(other["faults"])
        self.findings.update(other["findings"])
        self.failures += other["failures"]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            **{name: getattr(self, name) for name in ("histories", "acts", "orders", "units")},
            "seconds": round(self.seconds, 1),
            "reached": dict(self.reached),
            "faults": dict(self.faults),
            "findings": {sort: self.findings[sort] for sort in SORTS},
            "failures": self.failures,
        }


async def play_all(seeds: Iterable[int], options: argparse.Namespace) -> Tally:
    """Play the histories of these seeds, shape by shape."""
    tally = Tally()
    lease = hold_session_folder()
    theatre = Theatre(start_server(lease), f"histories_{options.name}")
    try:
        for seed in sorted(seeds, key=lambda seed: (seed % len(SHAPES), seed)):
            played = await play(theatre, draw(seed, options.faults, len(SHAPES)))
            tally.add(played)
            if not played.held:
                shown = await _shortened(theatre, played, options)
                tally.failures.append(_failure(shown))
                _tell_failure(tally.failures[-1], sys.stderr)
    finally:
        await theatre.close()
        lease.give_back()
    return tally


async def _shortened(theatre: Theatre, played: Played, options: argparse.Namespace) -> Played:
    """Return the shortest play of the story that breaks the same promise."""
    wanted, shortest = kind_of(played.findings[0]), played

    async def fails(story: Story) -> bool:
        nonlocal shortest
        again = await play(theatre, story)
        is_same = wanted in {kind_of(finding) for finding in again.findings}
        if is_same:
            shortest = again
        return is_same

    if options.shrink:
        await shrink(played.story, fails, options.shrink)
    return shortest


def _failure(played: Played) -> dict[str, Any]:
    return {
        "seed": played.story.seed,
        "shape": {retailer: list(partners) for retailer, partners in SHAPES[played.story.shape].items()},
        "findings": played.findings,
        "story": [dict(act) for act in played.story.acts],
    }


def _tell_failure(failure: dict[str, Any], out: TextIO) -> None:
    lines = [f"seed {failure['seed']} on {failure['shape']}:"]
    lines += [f"  {finding}" for finding in failure["findings"]]
    lines += ["  after"] + [f"    {json.dumps(act)}" for act in failure["story"]]
    print("\n".join(lines), file=out, flush=True)


def _tell(tally: Tally) -> None:
    figures = tally.as_json()
    print(f"{tally.histories} histories, {tally.acts} acts, {tally.orders} orders of {tally.units} units")
    print(", ".join(f"{count} {name}" for name, count in tally.reached.items()))
    print("faults: " + (", ".join(f"{count} × {name}" for name, count in sorted(tally.faults.items())) or "none"))
    print(", ".join(f"{count} {sort}" for sort, count in figures["findings"].items()))
    print(f"{tally.seconds / max(tally.histories, 1):.1f} s of CPU for each; {len(tally.failures)} failed")


def _in_processes(options: argparse.Namespace) -> Tally:
    """Share the seeds out, so that each process sets up few shapes, and add up what they tell."""
    seeds = sorted(_seeds(options), key=lambda seed: (seed % len(SHAPES), seed))
    size = -(-len(seeds) // options.jobs)
    parts = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    started = [_start(part, place, options) for place, part in enumerate(parts)]
    tally = Tally()
    for process in started:
        out, _ = process.communicate()
        if not out:
            raise SystemExit(f"a process of histories ended with {process.returncode}")
        tally.join(json.loads(out))
    return tally


def _start(seeds: Sequence[int], place: int, options: argparse.Namespace) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.histories", "--json", "--name", str(place), "--faults", options.faults]
    command += ["--shrink", str(options.shrink), "--seeds", ",".join(map(str, seeds))]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def _seeds(options: argparse.Namespace) -> list[int]:
    if options.seeds:
        return [int(seed) for seed in options.seeds.split(",")]
    return list(range(options.seed, options.seed + options.count))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hub histories", description="play random histories and judge them")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="the first seed; each history has the next")
    parser.add_argument("--seeds", default="", help="these seeds, with commas")
    parser.add_argument("--faults", choices=("none", "light", "standard"), default="standard")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--shrink", type=int, default=60, help="plays spent on making a failure short; 0: none")
    parser.add_argument("--name", default="0", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, tell, and answer whether everything held."""
    options = _options(arguments)
    configure_logging("critical")
    tally = _in_processes(options) if options.jobs > 1 else uvloop.run(play_all(_seeds(options), options))
    if options.json:
        print(json.dumps(tally.as_json()))
    else:
        _tell(tally)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""Makes a failing history short: acts are left out as long as it still fails in the same way."""

from collections.abc import Awaitable, Callable, Sequence

from tests.histories.story import Act, Story, with_acts

Fails = Callable[[Story], Awaitable[bool]]


async def shrink(story: Story, fails: Fails, most_tries: int = 60) -> Story:
    """Return a story with fewer acts that still fails; halves are tried first, then ever smaller parts."""
    acts: Sequence[Act] = story.acts
    parts, tries = 2, 0
    while len(acts) > 1 and tries < most_tries:
        size = -(-len(acts) // parts)
        for start in range(0, len(acts), size):
            rest = [*acts[:start], *acts[start + size :]]
            tries += 1
            if rest and await fails(with_acts(story, rest)):
                acts, parts = rest, max(parts - 1, 2)
                break
            if tries >= most_tries:
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(acts))
    return with_acts(story, acts)


def kind_of(finding: str) -> str:
    """Return what a finding is about without its numbers: two findings of one kind are one fault."""
    words = [word for word in finding.split() if not any(each.isdigit() for each in word)]
    return " ".join(words[:7])

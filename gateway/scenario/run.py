"""One scenario from its start to its last look."""

from dataclasses import dataclass
from pathlib import Path

from devices.reading import Millis
from gateway.duration import write_duration
from gateway.scenario.compare import compare
from gateway.scenario.story import Story
from gateway.scenario.world import Refused, World
from gateway.scenario.written import Look


@dataclass(frozen=True, slots=True)
class Failure:
    """What was not as expected, `at` ms after the start. Lines and columns count from 1."""

    file: Path
    line: int
    column: int
    scenario: str
    at: Millis
    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        when = write_duration(self.at)
        return (
            f"{self.file}:{self.line}:{self.column}: {self.scenario}, at {when}: {self.what}: "
            f"expected {self.expected}, got {self.got}"
        )


def run(story: Story) -> list[Failure]:
    """Everything that was not as expected.

    At one moment the devices speak first, then comes what falls due, then the look. A reading that
    the gateway would reject ends the scenario: what follows would mean nothing.
    """
    world = World(story.site, story.rules, story.start, story.outages)
    failures: list[Failure] = []
    said = list(reversed(story.said))
    for look, route in story.looks:
        while said and said[-1].at <= look.at and not world.refused:
            one = said.pop()
            world.pass_time(one.at, including=False)
            world.say(one)
        world.pass_time(look.at, including=True)
        if world.refused:
            return [*failures, _refused(story, world.refused[0])]
        failures += _look(story, world, look, route)
    return failures


def _refused(story: Story, refused: Refused) -> Failure:
    said, reason = refused
    where = story.located.position(said.route)
    what = f"message of {said.device}"
    return Failure(story.file, *where, story.name, said.at, what, "one the gateway takes", reason)


def _look(story: Story, world: World, look: Look, route: tuple[str | int, ...]) -> list[Failure]:
    return [
        Failure(
            story.file,
            *story.located.position(found.route),
            story.name,
            look.at,
            found.what,
            found.expected,
            found.got,
        )
        for found in compare(look, route, world)
    ]

"""Which weights are wanted: ``saved_models/plans.toml``, which people write and `zoo pretrain` follows.

A plan says how weights are made, which figure they have to reach, and what a reader of their card has to know. What
came of it stands in the manifest, which only `zoo pretrain` writes.
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from typing import Any

from zoo.errors import InputError
from zoo.pretrained import manifest_path


@dataclass(frozen=True)
class Plan:
    """How one set of weights is made.

    Attributes:
        name: ``architecture.tag``.
        recipe: the recipe that trains it.
        parameters: values in place of the recipe's own.
        bar: the figures that it has to reach, by name: at least, or at most of a loss or an error.
        dataset: the dataset that it has to learn from, where the recipe would take another one in its place.
        pictures: pictures of the run's folder for the card, each with its caption.
        use: what it is for.
        limits: what it is not for.
        withheld: why no weights are shipped; ``""`` where they are.
    """

    name: str
    recipe: str
    parameters: dict[str, Any] = field(default_factory=dict)
    bar: dict[str, float] = field(default_factory=dict)
    dataset: str | None = None
    pictures: dict[str, str] = field(default_factory=dict)
    use: str = ""
    limits: str = ""
    withheld: str = ""

    @property
    def figure(self) -> str:
        """The figure that the weights are judged by: the first one of the bar."""
        return next(iter(self.bar), "test_accuracy")


def all_plans() -> dict[str, Plan]:
    """Return every plan by name.

    Raises:
        InputError: the file is no TOML, or a plan has a field that there is not, or lacks one.
    """
    path = manifest_path().parent / "plans.toml"
    if not path.is_file():
        return {}
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is no TOML: {error}.") from error
    known = [plain.name for plain in dataclasses.fields(Plan) if plain.name != "name"]
    for name, section in sections.items():
        for wrong in section.keys() - set(known):
            raise InputError(f"{path}: {name}: {wrong} is no field of a plan. There are {', '.join(known)}.")
        if "recipe" not in section:
            raise InputError(f"{path}: {name}: recipe is missing.")
    return {name: Plan(name=name, **section) for name, section in sections.items()}

"""Are the finished weights what the manifest says? Checksums, both formats, and the figures measured again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zoo._weights_sum import weights_sum
from zoo.errors import MissingFileError, MissingPackageError, ZooError
from zoo.measures import measure
from zoo.pretrained import Weights, find_weights, weights_file
from zoo.registry import create_model
from zoo.saving import load_model

# Another machine rounds a prediction at its edge otherwise. That may move a figure by this share of its interval, and
# one without an interval by this share of itself.
_OF_INTERVAL = 0.1
_OF_ITSELF = 1e-3


@dataclass(frozen=True)
class Verdict:
    """What was found of finished weights.

    Attributes:
        name: ``architecture.tag``.
        good: whether all that could be looked at is as the manifest says.
        measured: whether the figures were measured again; not so where the data is not here.
        told: what was found, a sentence each.
    """

    name: str
    good: bool
    measured: bool
    told: tuple[str, ...]


def verify(name: str) -> Verdict:
    """Hold finished weights against the manifest.

    Each file has its checksum and its size and opens as a model, all files hold the weights whose checksum is written,
    and the figures come out again, whatever they are (an accuracy, an error, the points of a game), where the data is
    here.

    Args:
        name: one of ``zoo.list_models(pretrained=True)``.

    Raises:
        UnknownModelError: there are no such weights.

    Examples:
        >>> found = verify("mlp.digits")
        >>> found.good, found.measured
        (True, True)
    """
    weights = find_weights(name)
    try:
        told = _files(weights)
    except ZooError as error:
        return Verdict(name, good=False, measured=False, told=(str(error),))
    try:
        figures = list(_figures(weights))
    except (MissingFileError, MissingPackageError) as missing:
        reason = str(missing).partition("\n")[0]
        return Verdict(name, good=True, measured=False, told=(told, f"not measured: {reason}"))
    good = all(right for right, _ in figures)
    return Verdict(name, good=good, measured=True, told=(told, *(line for _, line in figures)))


def _files(weights: Weights) -> str:
    """Say that the files are the manifest's, open, and hold its weights; raise where they do not."""
    for file_name, facts in weights.files.items():
        file = weights_file(weights, Path(file_name).suffix)
        if file.stat().st_size != facts.size:
            raise ZooError(f"{file_name} has {file.stat().st_size:,} bytes, written are {facts.size:,}.")
        if weights_sum(load_model(file, compile=False)) != weights.weights_sha256:
            raise ZooError(f"{file_name} does not hold the weights that the manifest describes.")
    return f"{len(weights.files)} files, their checksums as in the manifest"


def _figures(weights: Weights) -> Iterator[tuple[bool, str]]:
    """Measure again what the manifest says of the test split."""
    model = create_model(weights.name, pretrained=True)
    figures, data = measure(
        weights.name,
        model,
        dataset=weights.dataset,
        dataset_arguments=weights.dataset_arguments,
        seed=weights.seed,
    )
    if data is not None and data.checksum != weights.dataset_sha256:
        yield False, f"the dataset {weights.dataset} is not the one that the manifest names: {data.checksum}"
    if weights.figure not in figures:
        yield False, f"{weights.figure}, which the manifest judges it by, is not measured"
    for name, value in figures.items():
        written = weights.metrics.get(name)
        if written is None or name.endswith(("_low", "_high")):
            continue
        low, high = (weights.metrics.get(f"{name}_{end}") for end in ("low", "high"))
        slack = _OF_ITSELF * abs(written) if low is None or high is None else _OF_INTERVAL * (high - low)
        close = abs(value - written) <= max(slack, 1e-6)
        yield close, f"{name} {value:.6g}, {'as written' if close else f'written is {written:.6g}'}"

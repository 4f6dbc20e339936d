"""How a metric of one of several outputs is called where a person reads it."""

from __future__ import annotations

from collections.abc import Iterable


def readable(names: Iterable[str]) -> dict[str, str]:
    """Return each metric's name with its output set apart: ``digit_a accuracy`` of ``digit_a_accuracy``.

    Keras records a loss of each output, and only where there are several; so the names tell the outputs.

    Args:
        names: all that were recorded together.

    Examples:
        >>> readable(["loss", "digit_a_loss", "digit_a_accuracy", "val_digit_a_accuracy"])["digit_a_accuracy"]
        'digit_a accuracy'
        >>> readable(["loss", "digit_a_loss", "val_digit_a_loss"])["val_digit_a_loss"]
        'digit_a val_loss'
        >>> readable(["loss", "val_loss", "top_5_accuracy"])["top_5_accuracy"]
        'top_5_accuracy'
    """
    known = list(names)
    bare = [name.removeprefix("val_") for name in known]
    outputs = sorted({name.removesuffix("_loss") for name in bare if name.endswith("_loss")}, key=len)
    return {name: _apart(name, outputs) for name in known}


def _apart(name: str, outputs: Iterable[str]) -> str:
    bare = name.removeprefix("val_")
    of = [output for output in outputs if bare.startswith(f"{output}_")]
    if not of:
        return name
    longest = of[-1]
    return f"{longest} {'val_' * name.startswith('val_')}{bare.removeprefix(f'{longest}_')}"


def spaced(name: str) -> str:
    """Write a readable name without underlines, except in the output's name, which is as it was given.

    Examples:
        >>> spaced("digit_a top_k_accuracy"), spaced("top_k_accuracy")
        ('digit_a top k accuracy', 'top k accuracy')
    """
    output, _, metric = name.rpartition(" ")
    return f"{output} {metric.replace('_', ' ')}".strip()

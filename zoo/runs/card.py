"""The run's README.md: one page that ties its files together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def card(
    *,
    recipe: str,
    model: Any,
    data: Any,
    parameters: Mapping[str, Any],
    figures: Mapping[str, float],
    metrics: Mapping[str, Any],
    built_with: str,
    pictures: Sequence[str],
) -> str:
    """Write the card in Markdown.

    Args:
        recipe: the recipe's name.
        model: the trained `keras.Model`.
        data: the `Dataset`, or ``None``.
        parameters: the run's parameters.
        figures: those of the test split and the recipe's own.
        metrics: what ``metrics.json`` holds.
        built_with: the call that built the model, or ``""``.
        pictures: file names of the run's pictures.
    """
    lines = [
        f"# {recipe}",
        "",
        f"Made by `zoo run {recipe}` on {metrics['time']}.",
        "",
        "```python",
        "import zoo",
        'model = zoo.load_model("model.keras")',
        f"model.predict(x)  # x: {_takes(model)}",
        "```",
        "",
        "## Figures",
        "",
        "| metric | value | 95 % interval |",
        "|---|---|---|",
        *(
            f"| {name} | {number(value)} | {_interval(name, figures)} |"
            for name, value in without_ends(figures).items()
        ),
        "",
        *([] if data is None else ["## Data", "", _data_text(data), ""]),
        "## Parameters",
        "",
        *([f"Model: `{built_with}`, {metrics['parameter_count']:,} parameters.", ""] if built_with else []),
        "| parameter | value |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in parameters.items()),
        "",
        "## Training",
        "",
        f"{metrics['epochs_run']} epochs in {metrics['train_seconds']:.1f} s"
        + (f", the best one epoch {metrics['best_epoch']}" if metrics.get("best_epoch") else "")
        + (", stopped by Ctrl-C" if metrics["interrupted"] else "")
        + ".",
        "Versions: "
        + ", ".join(f"{name[8:]} {v}" for name, v in metrics.items() if name.startswith("version_"))
        + ".",
        "",
        *(f"{'' if name.endswith('.html') else '!'}[{name}]({name})\n" for name in pictures),
    ]
    return "\n".join(lines)


def without_ends(figures: Mapping[str, float]) -> dict[str, float]:
    """Return the figures without their intervals' ends."""
    return {name: value for name, value in figures.items() if not name.endswith(("_low", "_high"))}


def _interval(name: str, figures: Mapping[str, float]) -> str:
    if f"{name}_low" not in figures:
        return ""
    return f"{number(figures[f'{name}_low'])} to {number(figures[f'{name}_high'])}"


def number(value: float) -> str:
    """Write a figure with four decimals, and where these would be noughts, or too many digits, as fits it.

    Examples:
        >>> number(0.98765), number(12345.6), number(2.7e-07), number(0.0)
        ('0.9877', '12,345.6', '2.7e-07', '0.0000')
    """
    if 0 < abs(value) < 5e-4:
        return f"{value:.1e}"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:,.1f}"


def _takes(model: Any) -> str:
    """Say what the model takes: ``float32 (rows, 28, 28, 1)``, with names where there are several."""
    tensors = getattr(model, "inputs", None) or []
    told = [f"{tensor.dtype} ({', '.join(['rows', *map(str, tensor.shape[1:])])})" for tensor in tensors]
    if len(told) < 2:
        return "".join(told)
    return "; ".join(f"{tensor.name} {text}" for tensor, text in zip(tensors, told, strict=True))


def _data_text(data: Any) -> str:
    counts = ", ".join(f"{len(split):,} {name}" for name, split in data.splits.items())
    return f"`{data.name}`: {counts} rows. {data.source}. Licence: {data.licence}. SHA-256 `{data.checksum}`."

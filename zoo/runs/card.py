"""The run's README.md: one page that ties its files together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def card(
    *,
    recipe: str,
    data: Any,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, Any],
    built_with: str,
    pictures: Sequence[str],
) -> str:
    """Write the card in Markdown.

    Args:
        recipe: the recipe's name.
        data: the `Dataset`.
        parameters: the run's parameters.
        metrics: what ``metrics.json`` holds.
        built_with: the call that built the model, or ``""``.
        pictures: file names of the run's pictures.
    """
    counts = ", ".join(f"{len(split):,} {name}" for name, split in data.splits.items())
    lines = [
        f"# {recipe}",
        "",
        f"Made by `zoo run {recipe}` on {metrics['time']}.",
        "",
        "```python",
        "import zoo",
        'model = zoo.load_model("model.keras")',
        "model.predict(x)  # x: float32, " + _input_text(data.input_shape),
        "```",
        "",
        "## Figures",
        "",
        "| metric | value | 95 % interval |",
        "|---|---|---|",
        *(
            f"| {name} | {_number(value)} | {_interval(name, metrics)} |"
            for name, value in judged(metrics).items()
        ),
        "",
        "## Data",
        "",
        f"`{data.name}`: {counts} rows. {data.source}. Licence: {data.licence}. SHA-256 `{data.checksum}`.",
        "",
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


def judged(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics of the test split, without their intervals' ends."""
    return {
        name: value
        for name, value in metrics.items()
        if name.startswith("test_") and not name.endswith(("_low", "_high"))
    }


def _interval(name: str, metrics: Mapping[str, Any]) -> str:
    if f"{name}_low" not in metrics:
        return ""
    return f"{_number(metrics[f'{name}_low'])} to {_number(metrics[f'{name}_high'])}"


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 100 else f"{value:,.1f}"


def _input_text(shape: Any) -> str:
    if isinstance(shape, Mapping):
        return "; ".join(f"{name} {('rows', *size)}".replace("'", "") for name, size in shape.items())
    return str(("rows", *shape)).replace("'", "")

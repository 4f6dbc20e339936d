"""The cards of finished weights: ``saved_models/NAME.md``, written from the manifest and the plans alone."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Mapping
from typing import Any

from zoo.figures import named, shown, side
from zoo.plans import Plan, all_plans
from zoo.pretrained import Weights, all_weights
from zoo.registry import model_info

_WIDTH = 118
_CAPTIONS = {
    "diagram.png": "The network.",
    "curves.png": "Its training.",
    "confusion.png": "Test rows: true classes down, predicted ones across.",
    "mistakes.png": "Its surest mistakes on the test rows, each beside the three likeliest answers.",
}


def all_cards() -> dict[str, str]:
    """Return every card by its file's name: of the weights there are, and of those that a plan withholds."""
    plans = all_plans()
    cards = {f"{name}.md": card(weights, plans.get(name)) for name, weights in all_weights().items()}
    missing = (plan for name, plan in plans.items() if plan.withheld and f"{name}.md" not in cards)
    return {**cards, **{f"{plan.name}.md": withheld_card(plan) for plan in missing}}


def card(weights: Weights, plan: Plan | None) -> str:
    """Write the card of finished weights in Markdown.

    Args:
        weights: the manifest's record.
        plan: what people wrote of it; without one the card has only what was measured.
    """
    info = model_info(weights.name)
    lines = [f"# {weights.name}", "", *_wrapped(info.summary), ""]
    if plan is not None and plan.use:
        lines += ["## For what", "", *_wrapped(plan.use), ""]
    if plan is not None and plan.limits:
        lines += ["## Not for what", "", *_wrapped(plan.limits), ""]
    lines += ["## How to load it", "", "```python", "import zoo", "", *_loading(weights), "```", ""]
    lines += ["## Figures", "", *_figures(weights, plan, info.task), ""]
    lines += ["## How it was made", "", *_making(weights, info.example), ""]
    lines += ["## Files", "", "| file | bytes | SHA-256 |", "| --- | --- | --- |"]
    lines += [f"| [{n}]({n}) | {file.size:,} | `{file.sha256}` |" for n, file in weights.files.items()]
    captions = {**_CAPTIONS, **(plan.pictures if plan else {})}
    for picture in weights.pictures:
        caption = captions.get(picture, picture)
        lines += ["", f"![{caption}](pictures/{weights.name}/{picture})", "", f"*{caption}*"]
    lines += ["", _generated(weights.name)]
    return "\n".join(lines) + "\n"


def withheld_card(plan: Plan) -> str:
    """Write the card that says why there are no weights of a name."""
    lines = [f"# {plan.name}: no weights", "", *_wrapped(plan.withheld), ""]
    lines += [f"Its recipe is `{plan.recipe}`. Where the data is, the weights are made by", "", "```sh"]
    lines += [f"zoo pretrain {plan.name}", "```"]
    if plan.bar:
        lines += ["", f"They will be shipped with {_bars(plan)}."]
    return "\n".join([*lines, "", _generated(plan.name)]) + "\n"


def _loading(weights: Weights) -> list[str]:
    lines = [f'model = zoo.load_pretrained("{weights.name}")']
    if weights.dataset is None:
        return lines
    told = ", ".join(
        f'{key}="{value}"' if isinstance(value, str) else f"{key}={value!r}"
        for key, value in weights.dataset_arguments.items()
        if _telling(key, value)
    )
    return [
        *lines,
        f'data = zoo.load_dataset("{weights.dataset}"{", " * bool(told)}{told})',
    ]


def _telling(key: str, value: Any) -> bool:
    """Say whether an argument of `load_dataset` is another one than by default."""
    plain = {"validation_split": 0.0, "test_split": 0.2, "train_size": None, "seed": 0, "scale": True}
    return key not in ("validation_split", "train_size") and value != plain.get(key, object())


def _figures(weights: Weights, plan: Plan | None, task: str) -> list[str]:
    judged = task in ("classification", "multi-output", "regression")  # else the plan says how
    where = "on the test split" if judged else "figure"
    rows = [f"| {where} | value | 95 % interval |", "| --- | --- | --- |"]
    for figure, value in weights.metrics.items():
        if figure.endswith(("_low", "_high")):
            continue
        ends = [weights.metrics.get(f"{figure}_{end}") for end in ("low", "high")]
        between = " to ".join(shown(figure, end) for end in ends if end is not None)
        rows.append(f"| {named(figure)} | {shown(figure, value)} | {between} |")
    if weights.by_seed:
        rows += ["", *_wrapped(_spread(weights))]
    if plan is not None and plan.bar:
        again = f"`zoo verify {weights.name}` measures all of this again."
        rows += ["", *_wrapped(f"Its bar is {_bars(plan)}. {again}")]
    return rows


def _spread(weights: Weights) -> str:
    values = list(weights.by_seed.values())
    mean, deviation = statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0
    each = ", ".join(
        f"{shown(weights.figure, value)} (seed {seed})" for seed, value in weights.by_seed.items()
    )
    return (
        f"The same recipe with {len(values)} seeds: {named(weights.figure)} of {shown(weights.figure, mean)} in the "
        f"mean, with a standard deviation of {shown(weights.figure, deviation)}: {each}."
    )


def _bars(plan: Plan) -> str:
    return ", ".join(
        f"{named(figure)} of {side(figure)} {shown(figure, bound)}" for figure, bound in plan.bar.items()
    )


def _making(weights: Weights, arguments: Mapping[str, Any]) -> list[str]:
    work = "not counted" if weights.multiply_adds is None else f"{weights.multiply_adds:,}"
    data = (
        f"`{weights.dataset}`, SHA-256 `{weights.dataset_sha256}`"
        if weights.dataset
        else "none, it is a game"
    )
    rows: Mapping[str, str] = {
        "made again by": f"`zoo pretrain {weights.name}`, compared by `zoo pretrain {weights.name} --check`",
        "recipe": f"`{weights.recipe}`",
        "its parameters": ", ".join(f"`{key}={_option(value)}`" for key, value in weights.parameters.items()),
        "builder": f"`{weights.architecture}({', '.join(f'{k}={v!r}' for k, v in arguments.items())})`",
        "parameters": f"{weights.parameter_count:,}",
        "multiply-adds for one row": work,
        "data": data,
        "seconds of training": f"{weights.train_seconds:,.0f}",
        "versions": f"{weights.backend}; "
        + ", ".join(f"{key} {value}" for key, value in weights.versions.items()),
        "licence": f"weights {weights.weights_licence}; data {weights.data_licence}",
    }
    return ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())]


def _option(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), _WIDTH, break_on_hyphens=False, break_long_words=False)


def _generated(name: str) -> str:
    return f"*Written by `scripts/generate.py` from `manifest.json` and `plans.toml`; `zoo pretrain {name}` measures.*"

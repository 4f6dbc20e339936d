"""Write what is generated: README.md's tables, recipes/README.md, docs/checks.md, docs/performance.md, all cards.

    python scripts/generate.py            writes them
    python scripts/generate.py --check    fails where they are stale
    python scripts/generate.py --figures  makes README's pictures anew, by running three recipes

Figures come from saved_models/manifest.json, which `zoo pretrain` wrote, from docs/recipes.json, which
scripts/measure.py wrote, and from benchmarks/results.json, which the benchmarks wrote; none is typed.
"""

import inspect
import json
import os
import re
import shutil
import sys
import tempfile
import textwrap
from pathlib import Path

from benchmark_tables import full_tables, headline_table, results

import zoo
from zoo.cards import all_cards
from zoo.datasets import all_datasets
from zoo.figures import named, with_interval
from zoo.pretrained import all_weights
from zoo.recipes import Recipe, all_recipes

ROOT = Path(__file__).resolve().parent.parent
PICTURES = {
    "digits_cnn": ("mistakes.png", "curves.png"),
    "spirals": ("boundary.gif",),
    "gan_digits": ("tries.png",),
    "gradient_descent": ("paths.png",),
}


def main(arguments: list[str]) -> int:
    if "--figures" in arguments:
        make_pictures()
    fresh = {
        ROOT / "README.md": fill((ROOT / "README.md").read_text(), tables()),
        ROOT / "recipes/README.md": recipe_index(),
        ROOT / "docs/checks.md": checks_page(),
        **{ROOT / "saved_models" / name: text for name, text in all_cards().items()},
        ROOT / "docs/performance.md": fill(
            (ROOT / "docs/performance.md").read_text(), {"benchmarks": full_tables(results())}
        ),
    }
    left = {*(ROOT / "saved_models").glob("*.md")} - fresh.keys()
    stale = [path for path, text in fresh.items() if not path.is_file() or path.read_text() != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run python scripts/generate.py", file=sys.stderr)
        for path in left:
            print(f"{path.relative_to(ROOT)} is the card of weights that are not there", file=sys.stderr)
        return 1 if stale or left else 0
    for path in left:
        path.unlink()
    for path in stale:
        path.write_text(fresh[path])
        print("wrote", path.relative_to(ROOT))
    return 0


def tables() -> dict[str, str]:
    return {
        "models": model_table(),
        "weights": weight_table(),
        "recipes": recipe_table(),
        "datasets": dataset_table(),
        "benchmarks": headline_table(results()),
    }


def model_table() -> str:
    infos = [zoo.model_info(name) for name in zoo.list_models()]
    return table(
        ("model", "task", "what", "file"),
        [(f"`{i.name}`", i.task, i.summary, link(Path(i.source).relative_to(ROOT))) for i in infos],
    )


def weight_table() -> str:
    rows = [
        (
            link(Path(f"saved_models/{w.name}.md"), w.name),
            f"{w.parameter_count:,}",
            "" if w.multiply_adds is None else f"{w.multiply_adds:,}",
            f"{named(w.figure)} {with_interval(w.metrics, w.figure)}",
            f"`{w.recipe}`",
        )
        for w in all_weights().values()
    ]
    heads = ("weights", "parameters", "multiply-adds", "figure (95 % interval)", "recipe")
    return table(heads, rows)


def recipe_table() -> str:
    heads = ("recipe", "what", "models", "parameters", "seconds", "reached with seeds 0, 1 and 2")
    return table(
        heads,
        [
            (link(r.path.relative_to(ROOT), r.name), r.title, code(r.models), *measured(r))
            for r in all_recipes()
        ],
    )


def measured(recipe: Recipe) -> tuple[str, str, str]:
    """Return a recipe's parameters, seconds and figures, as scripts/measure.py wrote them down."""
    record = json.loads((ROOT / "docs/recipes.json").read_text()).get(recipe.name, {})
    if record.get("code") != recipe.fingerprint or sorted(record["runs"]) != ["0", "1", "2"]:
        raise SystemExit(
            f"{recipe.name} is not measured since its code changed: run python scripts/measure.py {recipe.name}"
        )
    runs = record["runs"]
    figures = []
    for name in runs["0"]["figures"]:
        values = [run["figures"][name] for run in runs.values()]
        figures.append(f"{name.removeprefix('test_').replace('_', ' ')} {span(min(values), max(values))}")
    return f"{runs['0']['parameter_count']:,}", f"{runs['0']['seconds']:.0f}", ", ".join(figures)


def span(low: float, high: float) -> str:
    """Write ``0.987 to 0.992``, or one number where both are alike.

    Digits: four that count, as a reader compares them.
    """
    shown = [f"{value:.4g}" for value in (low, high)]
    return shown[0] if shown[0] == shown[1] else " to ".join(shown)


def dataset_table() -> str:
    entries = sorted(all_datasets().items())
    return table(
        ("dataset", "task", "what", "licence"), [(f"`{n}`", e.task, e.summary, e.licence) for n, e in entries]
    )


def recipe_index() -> str:
    lines = [
        "# Recipes",
        "",
        "In the order of the course. Each runs with `zoo run NAME`, and opens as a notebook in Jupyter or VS Code.",
        "This page is generated by `scripts/generate.py`.",
    ]
    chapter = ""
    for recipe in all_recipes():
        if recipe.chapter != chapter:
            chapter = recipe.chapter
            number, _, words = chapter.removeprefix("ch").partition("_")
            lines += ["", f"## {int(number)}. {words.replace('_', ' ').capitalize()}"]
        shown = " ".join(f"`--{name} {_option(value)}`" for name, value in recipe.parameters.items())
        lines += [
            "",
            f"**[{recipe.name}]({chapter}/{recipe.name}.py)**: {recipe.title}",
            "",
            recipe.summary,
            "",
            shown,
        ]
    return "\n".join(lines) + "\n"


def checks_page() -> str:
    """Write each check's docstring as a section: what it finds, why, an example, and what mends it."""
    from zoo.training.preflight import ALL_CHECKS

    lines = [
        "# What is checked before training, and after",
        "",
        "`zoo.fit`, `zoo.evaluate` and `zoo.predict` run these checks; `zoo.preflight` runs them alone and prints what",
        'they find. With `checks="auto"`, the default, an **error** (cannot be meant) is raised and a **warning** (is',
        'rarely meant) is warned of; `"error"` raises both, `"warn"` warns of both, `"off"` does not look.',
        "This page is generated from the docstrings of `zoo/training/checks/` by `scripts/generate.py`.",
        "",
        "| check | what it finds | file |",
        "| --- | --- | --- |",
    ]
    sections = []
    for check in ALL_CHECKS:
        text = inspect.getdoc(check) or ""
        title, _, rest = text.partition("\n")
        file = Path(inspect.getsourcefile(inspect.unwrap(check)) or "").relative_to(ROOT)
        lines.append(f"| [`{check.__name__}`](#{check.__name__}) | {title} | {link(Path('..') / file)} |")
        sections += ["", f"## {check.__name__}", "", title, "", *_sections(rest.strip())]
    return "\n".join(lines + sections) + "\n"


def _sections(text: str) -> list[str]:
    """Turn the `Example:` and `Mend:` of a docstring into blocks of code."""
    lines: list[str] = []
    for block in re.split(r"\n(?=Args:|Example:|Mend:|Cases:)", text):
        head, _, code_lines = block.partition("\n")
        if head in ("Example:", "Mend:"):
            lines += [
                f"**{head[:-1]}**",
                "",
                "```python",
                *textwrap.dedent(code_lines).strip().splitlines(),
                "```",
                "",
            ]
        elif head != "Args:":  # what a check is given is told in the code
            lines += [block.strip(), ""]
    return lines[:-1]


def make_pictures() -> None:
    """Run the recipes whose pictures README shows, and put these into docs/images."""
    images = ROOT / "docs/images"
    images.mkdir(parents=True, exist_ok=True)
    for recipe, names in PICTURES.items():
        with tempfile.TemporaryDirectory() as scratch:
            run = zoo.run_recipe(recipe, output=scratch)
            for name in names:
                shutil.copy(run.folder / name, images / f"{recipe}_{name}")
    zoo.plots.save_diagram(zoo.create_model("two_in_two_out"), images / "two_in_two_out.png")


def fill(text: str, parts: dict[str, str]) -> str:
    """Put each part between its two marks."""
    for name, part in parts.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        if not re.search(pattern, text, re.S):
            raise SystemExit(f"The page has no marks <!-- {name} --> and <!-- /{name} -->")
        text = re.sub(pattern, lambda m, part=part: f"{m[1]}{part}\n{m[2]}", text, flags=re.S)
    return text


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def link(path: Path, name: str = "") -> str:
    shown = f"`{name}`" if name else path.name
    return f"[{shown}]({path.as_posix()})"


def code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _option(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    raise SystemExit(main(sys.argv[1:]))

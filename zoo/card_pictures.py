"""The pictures of a card: drawn when weights are made, and kept small, for they are shipped."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np
from PIL import Image

import zoo.plots
from zoo._files import atomic_folder, atomic_path
from zoo.datasets import Dataset
from zoo.pretrained import manifest_path
from zoo.registry import model_info

_WIDEST = 1200  # pixels
_COLOURS = 256  # what a palette holds


def keep_pictures(
    name: str, run: Path, model: keras.Model, data: Dataset | None, others: Iterable[str] = ()
) -> tuple[str, ...]:
    """Put the pictures of a card into ``saved_models/pictures/<name>/``.

    The diagram and the curves are the run's own. A classifier gets its confusion matrix, one of images its mistakes.

    Args:
        name: ``architecture.tag``.
        run: the folder of the run that made the weights.
        model: the finished model.
        data: the dataset that it is judged by.
        others: names of pictures of the run's folder that its card shows besides.

    Returns:
        Their file names, in the card's order.
    """
    with atomic_folder(manifest_path().parent / "pictures" / name) as folder:
        kept = {"diagram.png": run / "model.png", "curves.png": run / "curves.png"}
        kept |= {file: run / file for file in others}
        kept = {file: source for file, source in kept.items() if source.is_file()}
        for file, source in kept.items():
            shutil.copy(source, folder / file)
        if data is not None and model_info(name.partition(".")[0]).task == "classification":
            drawn = {"confusion.png": zoo.plots.confusion}
            if len(data.input_shape) == 3:
                drawn["mistakes.png"] = zoo.plots.mistakes
            for file, draw in drawn.items():
                draw(model, data.test, class_names=data.class_names).savefig(folder / file)
        for path in folder.glob("*.png"):
            _shrink(path)
        names = {path.name for path in folder.iterdir()}
    first = ("curves.png", "confusion.png", "mistakes.png")
    order = dict.fromkeys((*first, *others, "diagram.png"))  # the diagram last: it is often tall
    return tuple(file for file in order if file in names)


def _shrink(path: Path) -> None:
    """Write a picture anew with fewer pixels, where it has very many, and few colours."""
    with Image.open(path) as opened:
        image = opened.convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    image = Image.alpha_composite(paper, image).convert("RGB")
    if image.width > _WIDEST:
        image = image.resize((_WIDEST, round(image.height * _WIDEST / image.width)), Image.Resampling.LANCZOS)
    few = image.quantize(min(_COLOURS, len(np.unique(np.asarray(image).reshape(-1, 3), axis=0))))
    with atomic_path(path) as temporary:
        few.save(temporary, optimize=True)

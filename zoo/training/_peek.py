"""A look at the first batch of a stream, without taking a row of it or changing what training sees."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Literal

import keras
import numpy as np

from zoo._randomness import untouched_randomness

Kind = Literal["generator", "tf.data", "PyDataset", "DataLoader", "grain"]
_SMALL = 64 * 2**20  # bytes of tensors inside a pipeline that may be copied for a look
# Stages of a pipeline that remember: a look through them would change the order, or what a cache holds.
_REMEMBERS = ("Shuffle", "Cache", "Snapshot", "Prefetch")


def kind_of(data: Any) -> Kind | None:
    """Say what kind of stream something is, or that it is none.

    Examples:
        >>> kind_of(iter([1])), kind_of([1])
        ('generator', None)
    """
    if isinstance(data, keras.utils.PyDataset):
        return "PyDataset"
    if hasattr(data, "__next__"):
        return "generator"
    homes = {(parent.__name__, parent.__module__) for parent in type(data).__mro__}
    if hasattr(data, "element_spec") and hasattr(data, "cardinality"):
        return "tf.data"
    if any(name == "DataLoader" and "torch.utils.data" in module for name, module in homes):
        return "DataLoader"
    if any(
        name in ("MapDataset", "IterDataset", "DataLoader") and "grain" in module for name, module in homes
    ):
        return "grain"
    return None


def peek(stream: Any) -> tuple[Any, Any]:
    """Look at the first batch of a stream.

    The state of the random numbers of Python, NumPy and PyTorch is as before. Of a `tf.data` pipeline the
    stages that shuffle and cache are left out, so its first batch holds rows in the order of storage; where
    even that would change the training, there is no look.

    Args:
        stream: a generator or another iterator, a `tf.data.Dataset`, a `PyDataset`, a `DataLoader`.

    Returns:
        The batch as NumPy arrays, ``()`` where there is none, ``None`` where it cannot be seen; and the stream,
        with nothing missing. Only an iterator comes back as another one.

    Examples:
        >>> batch, stream = peek(iter([([1.0], [0]), ([2.0], [1])]))
        >>> batch
        (array([1.]), array([0]))
        >>> len(list(stream))
        2
    """
    kind = kind_of(stream)
    with untouched_randomness():
        if kind == "generator":
            first = list(itertools.islice(stream, 1))
            return as_numpy(first[0]) if first else (), itertools.chain(first, stream)
        batch = None
        if kind == "PyDataset":
            batch = stream[0] if stream.num_batches != 0 else ()
        elif kind == "tf.data":
            batch = _of_pipeline(stream)
        elif kind == "DataLoader":
            batch = _of_loader(stream)
        elif kind == "grain":
            batch = next(iter(stream), ())
    return as_numpy(batch), stream


def as_numpy(batch: Any) -> Any:
    """Turn the tensors and lists of numbers in a batch into arrays; tuples and dictionaries stay.

    What has no plain array, such as ragged tensors, stays as it is.
    """
    if isinstance(batch, dict):
        return {name: as_numpy(item) for name, item in batch.items()}
    if isinstance(batch, tuple):
        return tuple(as_numpy(item) for item in batch)
    if isinstance(batch, list):
        nested = any(hasattr(item, "shape") or isinstance(item, list | tuple | dict) for item in batch)
        return [as_numpy(item) for item in batch] if nested else np.asarray(batch)
    if hasattr(batch, "detach"):  # PyTorch's tensors
        return batch.detach().cpu().numpy()
    if keras.ops.is_tensor(batch) or type(batch).__name__ == "EagerTensor":
        return batch.numpy() if hasattr(batch, "numpy") else np.asarray(batch)
    return batch


def _of_loader(loader: Any) -> Any:
    """Put a first batch together without the loader's sampler, whose order it would change, or its workers."""
    rows, size = loader.dataset, loader.batch_size
    if size is None or not hasattr(rows, "__len__") or not hasattr(rows, "__getitem__"):
        return None
    return loader.collate_fn([rows[i] for i in range(min(size, len(rows)))]) if len(rows) else ()


def _of_pipeline(dataset: Any) -> Any:
    stages = list(_stages(dataset))
    remembering = [stage for stage in stages if _remembers(stage)]
    if not remembering:
        return next(iter(dataset), ())
    if sum(_bytes_in(stage) for stage in stages) <= _SMALL:
        return next(iter(_without_memory(dataset)), ())
    # Too large to copy: rows from below the stage that remembers, where only batches are made above it.
    lowest = remembering[-1]
    above = [type(stage).__name__ for stage in stages[: stages.index(lowest)]]
    below = list(_inputs(lowest))
    if len(below) != 1 or any(
        not name.strip("_").startswith((*_REMEMBERS, "Batch", "Options")) for name in above
    ):
        return None
    sizes = [stage for stage in stages if type(stage).__name__ == "_BatchDataset"]
    rows = below[0].batch(32) if sizes and sizes[0] in stages[: stages.index(lowest)] else below[0]
    return next(iter(rows), ())


def _stages(dataset: Any) -> Iterator[Any]:
    """Yield the stages of a pipeline, the last one first."""
    yield dataset
    for one in _inputs(dataset):
        yield from _stages(one)


def _inputs(dataset: Any) -> list[Any]:
    return list(dataset._inputs()) if hasattr(dataset, "_inputs") else []


def _remembers(stage: Any) -> bool:
    name = type(stage).__name__.strip("_")
    return name.startswith(_REMEMBERS) and not name.startswith("Prefetch")


def _bytes_in(stage: Any) -> int:
    tensors = getattr(stage, "_tensors", ())
    return sum(
        int(np.prod(tensor.shape)) * tensor.dtype.size for tensor in tensors if tensor.shape.rank is not None
    )


def _without_memory(dataset: Any) -> Any:
    """Return a copy of a pipeline without the stages that shuffle and cache."""
    import tensorflow as tf

    variant = tf.data.experimental.to_variant(dataset)
    graph = tf.compat.v1.GraphDef.FromString(
        tf.raw_ops.DatasetToGraphV2(input_dataset=variant, external_state_policy=1).numpy()
    )
    instead = {
        node.name: node.input[0]
        for node in graph.node
        if node.op.startswith(_REMEMBERS) and "Dataset" in node.op
    }
    for node in graph.node:
        for place, name in enumerate(node.input):
            while name in instead:
                name = instead[name]
            node.input[place] = name
    copied = tf.raw_ops.DatasetFromGraph(graph_def=graph.SerializeToString())
    return tf.data.experimental.from_variant(copied, dataset.element_spec)

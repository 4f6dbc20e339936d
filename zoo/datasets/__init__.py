"""The datasets. A new one is a new file here and a line below."""

from zoo.datasets import (
    breast_cancer,
    diabetes,
    digits,
    fashion_mnist,
    iris,
    mnist,
    two_in_two_out,
    wine,
)
from zoo.datasets._dataset import Dataset, Split
from zoo.datasets._registry import (
    DatasetEntry,
    Samples,
    all_datasets,
    dataset_entry,
    list_datasets,
    load_dataset,
    register_dataset,
)

__all__ = [
    "Dataset",
    "DatasetEntry",
    "Samples",
    "Split",
    "all_datasets",
    "breast_cancer",
    "dataset_entry",
    "diabetes",
    "digits",
    "fashion_mnist",
    "iris",
    "list_datasets",
    "load_dataset",
    "mnist",
    "register_dataset",
    "two_in_two_out",
    "wine",
]

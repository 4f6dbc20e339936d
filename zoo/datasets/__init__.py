"""The datasets. A new one is a new file here and a line below."""

from zoo.datasets import (
    breast_cancer,
    diabetes,
    digit_sum,
    digits,
    fashion_mnist,
    feature_extraction1,
    feature_extraction2,
    feature_extraction3,
    four_features,
    iris,
    logistic_regression1,
    mnist,
    rents,
    two_blobs,
    two_in_two_out,
    wine,
)
from zoo.datasets._dataset import Dataset, Split
from zoo.datasets._load import load_dataset
from zoo.datasets._registry import (
    DatasetEntry,
    Samples,
    all_datasets,
    dataset_entry,
    list_datasets,
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
    "digit_sum",
    "digits",
    "fashion_mnist",
    "feature_extraction1",
    "feature_extraction2",
    "feature_extraction3",
    "four_features",
    "iris",
    "list_datasets",
    "load_dataset",
    "logistic_regression1",
    "mnist",
    "register_dataset",
    "rents",
    "two_blobs",
    "two_in_two_out",
    "wine",
]

"""The builders. A new family is a new file here and a line below."""

from zoo.models.cnn import cnn
from zoo.models.cnn_fast import cnn_fast
from zoo.models.linear import linear, logistic_regression, softmax_regression
from zoo.models.mlp import mlp
from zoo.models.two_in_two_out import two_in_two_out

__all__ = ["cnn", "cnn_fast", "linear", "logistic_regression", "mlp", "softmax_regression", "two_in_two_out"]

"""The course's algorithms by hand: NumPy only, and each can be watched.

Estimators follow scikit-learn's API and keep their path in ``trace_``; ``descend``, the optimizers, ``MLP``,
``conv2d`` and ``Scalar`` are the mathematics under them.
"""

from zoo.by_hand._optimizer import Optimizer
from zoo.by_hand.autograd import Scalar
from zoo.by_hand.calculus import chain_rule, derivative, gradient, jacobian, product_rule, sum_rule
from zoo.by_hand.convolution import conv2d, conv2d_backward
from zoo.by_hand.descent import batches, descend
from zoo.by_hand.feature_transforms import PolynomialFeatures, ProductFeatures, RadiusFeatures
from zoo.by_hand.gaussian_classifier import GaussianClassifier
from zoo.by_hand.gradient_check import GradientCheck, gradient_check
from zoo.by_hand.limits import limit
from zoo.by_hand.linear_regression import LinearRegression
from zoo.by_hand.logistic_regression import LogisticRegression
from zoo.by_hand.mlp import MLP
from zoo.by_hand.mlp_estimators import MLPClassifier, MLPRegressor
from zoo.by_hand.optimizers import SGD, Adagrad, Adam, Momentum, RMSprop
from zoo.by_hand.polynomial_regression import PolynomialRegression
from zoo.by_hand.pooling import max_pool2d, max_pool2d_backward
from zoo.by_hand.softmax_regression import SoftmaxRegression
from zoo.by_hand.trace import Trace
from zoo.by_hand.whitening import whitening_filters

__all__ = [
    "MLP",
    "SGD",
    "Adagrad",
    "Adam",
    "GaussianClassifier",
    "GradientCheck",
    "LinearRegression",
    "LogisticRegression",
    "MLPClassifier",
    "MLPRegressor",
    "Momentum",
    "Optimizer",
    "PolynomialFeatures",
    "PolynomialRegression",
    "ProductFeatures",
    "RMSprop",
    "RadiusFeatures",
    "Scalar",
    "SoftmaxRegression",
    "Trace",
    "batches",
    "chain_rule",
    "conv2d",
    "conv2d_backward",
    "derivative",
    "descend",
    "gradient",
    "gradient_check",
    "jacobian",
    "limit",
    "max_pool2d",
    "max_pool2d_backward",
    "product_rule",
    "sum_rule",
    "whitening_filters",
]

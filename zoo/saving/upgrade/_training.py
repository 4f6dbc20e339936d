"""What a model was compiled with: optimizers, losses and metrics of old versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.saving.upgrade._rules import Writer

_OPTIMIZERS = {
    "SGD": "momentum nesterov",
    "RMSprop": "rho momentum epsilon centered",
    "Adam": "beta_1 beta_2 epsilon amsgrad",
    "AdamW": "beta_1 beta_2 epsilon amsgrad",
    "Adamax": "beta_1 beta_2 epsilon",
    "Nadam": "beta_1 beta_2 epsilon",
    "Adagrad": "initial_accumulator_value epsilon",
    "Adadelta": "rho epsilon",
    "Adafactor": "beta_2_decay epsilon_1 epsilon_2 clip_threshold relative_step",
    "Ftrl": "learning_rate_power initial_accumulator_value l1_regularization_strength l2_regularization_strength "
    "l2_shrinkage_regularization_strength beta",
    "Lion": "beta_1 beta_2",
}
_OF_ALL = "name learning_rate weight_decay clipnorm clipvalue global_clipnorm "
_OF_ALL += "use_ema ema_momentum ema_overwrite_frequency"
_SCHEDULES = (
    "CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay"
)
_WORDS = {
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
    "cosine": "cosine_similarity",
    "huber_loss": "huber",
}
_LOSSES = "BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy Poisson KLDivergence LogCosh Huber "
_LOSSES += (
    "Hinge SquaredHinge CategoricalHinge MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError "
)
_LOSSES += "MeanSquaredLogarithmicError CosineSimilarity BinaryFocalCrossentropy"
# The metric of each function that TensorFlow wrapped into a MeanMetricWrapper.
_WRAPPED = {
    "accuracy": "Accuracy",
    "binary_accuracy": "BinaryAccuracy",
    "categorical_accuracy": "CategoricalAccuracy",
    "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
    "top_k_categorical_accuracy": "TopKCategoricalAccuracy",
    "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "kl_divergence": "KLDivergence",
    "kullback_leibler_divergence": "KLDivergence",
    "cosine_similarity": "CosineSimilarity",
    "log_cosh": "LogCoshError",
    "logcosh": "LogCoshError",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
    "poisson": "Poisson",
}
_SHORT = {"mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error"}
_SHORT |= {
    "msle": "mean_squared_logarithmic_error",
    "MSE": "mean_squared_error",
    "MAE": "mean_absolute_error",
}


def training(config: Any, writer: Writer, form: str) -> tuple[Any, list[str]]:
    """Say what a model was compiled with in the words of Keras 3; also the sentences on what was changed."""
    if not isinstance(config, Mapping):
        return config, []
    made = {key: value for key, value in config.items() if key != "sample_weight_mode"}
    sentences = []
    for key in ("optimizer_config", "optimizer"):
        if isinstance(made.get(key), Mapping):
            said = optimizer(made[key])
            if said != made[key]:
                sentences.append(
                    "An optimizer wrote lr, decay and how it was computed; it has learning_rate alone now"
                )
            made[key] = said
    for key, change in (("loss", loss), ("metrics", metric), ("weighted_metrics", metric)):
        if key in made:
            said = _each(made[key], change)
            if said != made[key]:
                sentences.append(f"{key} had other names and forms before Keras 3")
            made[key] = said
    return made, sentences


def optimizer(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return an optimizer's settings under the names of today, with its decay as the schedule that it was.

    Keras until 2.10 divided the learning rate by ``1 + decay * steps``. Nadam's ``decay`` was another number.

    Examples:
        >>> optimizer({"class_name": "Adam", "config": {"lr": 0.01, "decay": 0.0, "epsilon": 1e-8}})
        {'class_name': 'Adam', 'config': {'learning_rate': 0.01, 'epsilon': 1e-08}}
    """
    name = str(config.get("class_name")).rpartition(">")[2]
    name = next((known for known in _OPTIMIZERS if known.lower() == name.lower()), name)
    inner = config.get("config")
    if name not in _OPTIMIZERS or not isinstance(inner, Mapping):
        return dict(config)
    settings = dict(inner)
    rate, decay = settings.pop("lr", None), settings.pop("decay", 0)
    if rate is not None:
        settings = {"learning_rate": rate, **settings}
    if isinstance(decay, int | float) and decay > 0 and name != "Nadam":
        settings["learning_rate"] = _falling(settings.get("learning_rate", 0.001), decay)
    settings["learning_rate"] = _schedule(settings.get("learning_rate", 0.001))
    known = {*_OF_ALL.split(), *_OPTIMIZERS[name].split()}
    kept = {key: value for key, value in settings.items() if key in known and value is not None}
    return {"class_name": name, "config": kept}


def _falling(rate: Any, decay: float) -> Any:
    if not isinstance(rate, int | float):
        return rate
    config = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay, "staircase": False}
    return {"class_name": "InverseTimeDecay", "config": config}


def _schedule(rate: Any) -> Any:
    """Return a schedule of the learning rate with the module that it stands in."""
    if isinstance(rate, Mapping) and rate.get("class_name") in _SCHEDULES.split():
        return {**rate, "module": "keras.optimizers.schedules", "registered_name": None}
    return rate


def loss(config: Any) -> Any:
    """Return a loss under its name of today; ``reduction: auto`` was the mean over the batch.

    Examples:
        >>> loss({"class_name": "MeanSquaredError", "config": {"reduction": "auto", "name": "mse"}})
        {'class_name': 'MeanSquaredError', 'config': {'reduction': 'sum_over_batch_size', 'name': 'mse'}}
        >>> loss("kullback_leibler_divergence")
        'kl_divergence'
    """
    if isinstance(config, str):
        return _WORDS.get(config, _SHORT.get(config, config) if config.isupper() else config)
    name, inner = config.get("class_name"), config.get("config")
    if name == "function" and isinstance(inner, str):
        return _WORDS.get(inner, inner)
    if not isinstance(inner, Mapping):
        return dict(config)
    settings = dict(inner)
    function = settings.pop("fn", None)
    if name == "LossFunctionWrapper" and isinstance(function, str):
        return _WORDS.get(function, function)
    if settings.get("reduction") == "auto":
        settings["reduction"] = "sum_over_batch_size"
    if function is not None and name not in _LOSSES.split():
        settings["fn"] = function
    return {"class_name": name, "config": settings}


def metric(config: Any) -> Any:
    """Return a metric under its name of today; TensorFlow wrapped the function of one into a MeanMetricWrapper.

    Examples:
        >>> metric({"class_name": "MeanMetricWrapper", "config": {"name": "acc", "fn": "binary_accuracy"}})
        {'class_name': 'BinaryAccuracy', 'config': {'name': 'acc'}}
    """
    if isinstance(config, str):
        return _WORDS.get(config, config)
    name, inner = config.get("class_name"), config.get("config")
    if name == "function" and isinstance(inner, str):
        return _WORDS.get(inner, inner)
    if not isinstance(inner, Mapping):
        return dict(config)
    settings = dict(inner)
    function = settings.pop("fn", None)
    if isinstance(function, Mapping):
        function = function.get("config")
    if name in ("MeanMetricWrapper", "SumOverBatchSizeMetricWrapper") and isinstance(function, str):
        known = _WRAPPED.get(_SHORT.get(function, function))
        if known is None:
            return {"class_name": name, "config": {**settings, "fn": function}}
        kept = {key: settings[key] for key in ("name", "dtype") if isinstance(settings.get(key), str)}
        return {"class_name": known, "config": kept}
    if isinstance(settings.get("dtype"), Mapping):
        del settings["dtype"]
    return {"class_name": name, "config": settings}


def _each(value: Any, change: Any) -> Any:
    """Change each loss or metric in the nesting that they are written in."""
    if isinstance(value, str) or (isinstance(value, Mapping) and "class_name" in value):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _each(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_each(inner, change) for inner in value]
    return value

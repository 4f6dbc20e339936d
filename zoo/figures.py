"""Figures by name: which way is better, whether a bound is kept, and how people read them."""

from __future__ import annotations

from collections.abc import Mapping


def less_is_better(figure: str) -> bool:
    """Say whether a figure is a loss or an error, by its name.

    Examples:
        >>> less_is_better("test_frechet_error"), less_is_better("test_accuracy")
        (True, False)
    """
    return figure.rpartition("_")[2] in ("loss", "error", "mae", "mse", "rmse")


def side(figure: str) -> str:
    """Return on which side of its bound a figure has to be: ``"at most"`` or ``"at least"``."""
    return "at most" if less_is_better(figure) else "at least"


def reaches(figure: str, value: float, bound: float) -> bool:
    """Say whether a figure is at least its bound, or at most where less is better; NaN is neither.

    Examples:
        >>> reaches("test_accuracy", 0.99, 0.98), reaches("test_loss", 0.3, 0.2)
        (True, False)
    """
    return value <= bound if less_is_better(figure) else value >= bound


def shown(figure: str, value: float) -> str:
    """Write a figure as people read it: shares in per cent.

    Examples:
        >>> shown("test_accuracy", 0.99166), shown("test_mean_return", 500.0), shown("test_mse", 0.01234)
        ('99.17 %', '500', '0.01234')
    """
    if figure.endswith(("accuracy", "_sure", "_removed")):
        return f"{value:.2%}".replace("%", " %")
    return f"{value:,.4g}"


def with_interval(metrics: Mapping[str, float], figure: str) -> str:
    """Write a figure with its 95 % interval, where it has one.

    Examples:
        >>> with_interval({"test_mae": 0.2, "test_mae_low": 0.1, "test_mae_high": 0.3}, "test_mae")
        '0.2 (0.1 to 0.3)'
    """
    text = shown(figure, metrics[figure])
    if f"{figure}_low" not in metrics:
        return text
    low, high = (shown(figure, metrics[f"{figure}_{end}"]) for end in ("low", "high"))
    return f"{text} ({low} to {high})"


def named(figure: str) -> str:
    """Write a figure's name as words.

    Examples:
        >>> named("test_sum_accuracy")
        'sum accuracy'
    """
    return figure.removeprefix("test_").replace("_", " ")

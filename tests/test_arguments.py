import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoo
from zoo.arguments import Count, Penalty, Rate, Shape, Widths, check_arguments


def builder(
    input_shape: Shape, units: Count = 3, *, hidden: Widths = (4,), dropout: Rate = 0.0, l2: Penalty = 0.0
):
    """A stand-in with each kind of argument."""


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("units", 0),
        ("units", "many"),
        ("units", 2.5),
        ("units", True),
        ("units", None),
        ("dropout", 50),
        ("dropout", 1.0),
        ("dropout", -0.1),
        ("dropout", float("nan")),
        ("l2", -1),
        ("l2", float("inf")),
        ("input_shape", (8, -8, 1)),
        ("input_shape", 8),
        ("input_shape", ()),
        ("input_shape", (None, 3)),
        ("hidden", (3, 0)),
        ("hidden", "many"),
        ("hidden", 4),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_the_signature(argument, value):
    arguments = {"input_shape": (3,), argument: value}
    with pytest.raises(zoo.InputError) as error:
        check_arguments(builder, arguments, name="builder")
    message = str(error.value)
    assert argument in message
    assert repr(value) in message
    assert "builder(input_shape, units=3, *, hidden=(4,), dropout=0.0, l2=0.0)" in message


def test_a_misspelt_argument_gets_the_nearest_name():
    with pytest.raises(zoo.InputError, match="no argument 'droput'. Did you mean 'dropout'"):
        check_arguments(builder, {"input_shape": (3,), "droput": 0.5}, name="builder")


def test_a_missing_argument_is_named():
    with pytest.raises(zoo.InputError, match="needs the argument 'input_shape'"):
        check_arguments(builder, {}, name="builder")


@given(
    units=st.integers(1, 10**6),
    dropout=st.floats(0, 1, exclude_max=True),
    shape=st.lists(st.integers(1, 100), min_size=1, max_size=4),
    hidden=st.lists(st.integers(1, 500), max_size=5),
)
def test_every_right_value_passes_also_as_a_numpy_number_or_a_list(units, dropout, shape, hidden):
    for count, rate, kind in ((units, dropout, list), (np.int64(units), np.float32(dropout) * 0.99, tuple)):
        given_values = {"input_shape": kind(shape), "units": count, "dropout": rate, "hidden": kind(hidden)}
        check_arguments(builder, given_values, name="builder")


def test_a_choice_is_refused_with_the_nearest_one():
    with pytest.raises(
        zoo.InputError, match="padding must be 'same' or 'valid'; got 'sam'. Did you mean 'same'"
    ):
        zoo.create_model("cnn", input_shape=(8, 8, 1), num_classes=10, padding="sam")


def test_an_activation_is_refused_with_the_nearest_one():
    with pytest.raises(zoo.InputError, match="activation .* got 'rleu'. Did you mean 'relu'"):
        zoo.create_model("mlp", input_shape=(8,), num_classes=10, activation="rleu")


def test_an_annotation_that_cannot_be_resolved_is_no_obstacle():
    def odd(a: "NoSuchType", b: Count = 1):  # noqa: F821
        """Annotated with a name that exists only for type checkers."""

    check_arguments(odd, {"a": object()}, name="odd")
    with pytest.raises(zoo.InputError, match="b must be"):
        check_arguments(odd, {"a": 1, "b": 0}, name="odd")

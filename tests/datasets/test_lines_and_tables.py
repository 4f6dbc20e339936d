"""The deck's regression data: its inline tables to the last digit, and lines on which its figures hold."""

import ast
import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning

import zoo
from zoo.by_hand import LinearRegression
from zoo.datasets import all_datasets, originals

law = settings(max_examples=25)
seeds, counts, noises = st.integers(0, 2**32 - 1), st.integers(3, 3000), st.floats(0, 10)
LINES = {"linear_regression1": (1.02, -0.009), "linear_regression2": (0.8, 0.1)}
DECKS_PATH = [
    *((-4, 4), (-4.5, 3.5), (-4, 3), (-3.5, 2.5), (-3, 2), (-2.5, 1.5), (-2, 1.5)),
    *((-1.5, 1), (-1, 1), (-0.5, 0.5), (0, 0.5), (0.5, 0), (1, 0)),
]


def rows_of(name, **arguments):
    """All rows in double precision, as the loader gives them."""
    samples = all_datasets()[name].loader(**arguments)
    return samples.x.astype("float64"), samples.y.astype("float64")


def descend(X, y, learning_rate, **arguments):
    return LinearRegression("gradient_descent", learning_rate=learning_rate, start=(-4, 4), **arguments).fit(
        X, y
    )


@pytest.fixture(scope="module")
def deck():
    """The deck's text, from ``ZOO_DECK`` or from a folder above."""
    places = [folder / "shared/seed/deck.txt" for folder in Path(__file__).resolve().parents]
    found = [place for place in (Path(os.environ.get("ZOO_DECK", "-")), *places) if place.is_file()]
    if not found:
        pytest.skip("the deck is not here, and ZOO_DECK names no file")
    return found[0].read_text(encoding="utf-8")


def numbers_after(deck, heading):
    """The lists of numbers in the listing that follows a heading, by the name they are given."""
    _, *listings = re.split(f"^{re.escape(heading)}$", deck, flags=re.MULTILINE)
    lists = re.findall(r"^(\w+)=(\[+\d.*\])$", listings[-1].partition("plt.show()")[0], flags=re.MULTILINE)
    return {name: np.array(ast.literal_eval(text)) for name, text in lists}


def test_the_nine_features_are_the_decks_to_the_last_digit(deck):
    X, y = rows_of("nine_features")
    theirs = numbers_after(deck, r"\(9\)維資料線性回歸")
    np.testing.assert_array_equal(X, theirs["x"])
    np.testing.assert_array_equal(y, theirs["y"])


def test_the_inputs_of_the_polynomial_are_the_decks_to_the_last_digit(deck):
    X, _ = rows_of("polynomial")
    np.testing.assert_array_equal(X[:, 0], numbers_after(deck, "多項式回歸")["x"])


def test_the_tables_follow_their_formulas():
    X, y = rows_of("nine_features")
    assert X.shape == (40, 9)
    np.testing.assert_allclose(y, X @ np.arange(9) + 9, rtol=1e-14)
    X, y = rows_of("polynomial")
    assert X.shape == (100, 1)
    np.testing.assert_allclose(y, sum(j * X[:, 0] ** j for j in range(5)), rtol=1e-14)


@law
@given(seeds, counts, noises)
def test_least_squares_on_all_rows_finds_the_decks_line_whatever_is_drawn(seed, n, noise):
    for name, line in LINES.items():
        model = LinearRegression().fit(*rows_of(name, n=n, noise=noise, seed=seed))
        found = (*model.coef_, model.intercept_)
        np.testing.assert_allclose(found, line, atol=2e-6 * (1 + noise))
        rounding = 1e-12 + 1e-7 * noise  # targets are float32
        assert model.trace_.loss[-1] == pytest.approx(noise**2, rel=1e-4, abs=rounding)


def test_the_deck_says_w_1_020_and_b_minus_0_009():
    whole = zoo.load_dataset("linear_regression1", test_split=0).train
    model = LinearRegression().fit(whole.x, whole.y)
    assert (f"{model.coef_[0]:.3f}", f"{model.intercept_:.3f}") == ("1.020", "-0.009")


@law
@given(seeds, counts)
def test_the_neighbours_lead_over_the_points_that_the_deck_prints(seed, n):
    model = LinearRegression("neighbour_search", start=(-4, 4), step=0.5)
    path = model.fit(*rows_of("linear_regression1", n=n, seed=seed)).trace_.parameters
    np.testing.assert_array_equal(path, DECKS_PATH)


@law
@given(seeds, counts, noises)
def test_the_decks_learning_rates_do_what_the_deck_shows(seed, n, noise):
    X, y = rows_of("linear_regression1", n=n, noise=noise, seed=seed)
    with pytest.warns(ConvergenceWarning, match=r"learning_rate below 1\.62 \(it is 1\.65\)"):
        too_fast = descend(X, y, 1.65, max_iter=100)
    assert too_fast.trace_.loss[-1] > too_fast.trace_.loss[0]

    swings = {rate: descend(X, y, rate, max_iter=100).trace_ for rate in (1.6, 1.5, 1, 0.1, 0.01)}
    for rate, trace in swings.items():
        turns = (np.diff(np.sign(np.diff(trace.parameters[:20, 1]))) != 0).sum()
        assert turns >= 17 if rate > 1.4 else turns <= 2
        assert (np.diff(trace.loss) < 0).sum() > 40
    left = [swings[rate].loss[-1] - noise**2 for rate in (1, 1.5, 1.6, 0.1, 0.01)]
    assert (np.diff(left[1:]) > 0).all()  # slower and slower away from the best rate
    assert left[1] < 1e-2
    assert left[2] < 0.1


@pytest.mark.filterwarnings(
    "ignore:LinearRegression diverged"
)  # where the hundredth row threw it far, it says so
@law
@given(seeds)
def test_single_rows_at_1_4_are_wild_and_do_not_explode(seed):
    X, y = rows_of("linear_regression2", seed=seed)
    single = LinearRegression("sgd", learning_rate=1.4, start=(-4, 4), max_iter=100, random_state=seed % 1000)
    fifty = LinearRegression(
        "minibatch", learning_rate=1.0, start=(-4, 4), max_iter=100, random_state=seed % 1000
    )
    wild, calm = single.fit(X, y).trace_, fifty.fit(X, y).trace_
    assert np.abs(wild.parameters).max() < 500
    assert (np.diff(wild.loss) > 0).sum() > 10
    assert calm.loss[-1] < 0.02
    assert np.abs(calm.parameters).max() < 5


@law
@given(seeds)
def test_the_square_of_the_distance_shrinks_on_average_at_1_4(seed):
    X, _ = rows_of("linear_regression2", seed=seed)
    rows = np.column_stack([X, np.ones(len(X))])
    keep = np.eye(2) - 1.4 * rows[:, :, None] * rows[:, None, :]
    mean_square = np.einsum("nij,nkl->ikjl", keep, keep).reshape(4, 4) / len(rows)
    assert np.abs(np.linalg.eigvals(mean_square)).max() == pytest.approx(0.93, abs=0.02)


@pytest.mark.parametrize("name", LINES)
def test_the_smallest_numbers_of_rows_are_finite(name):
    for n in (1, 2):
        X, y = rows_of(name, n=n)
        assert X.shape == (n, 1)
        assert np.isfinite([*X[:, 0], *y]).all()


@pytest.mark.parametrize("name", LINES)
def test_the_decks_own_file_takes_the_lines_place_once_it_is_pulled(name, cold_cache):
    with pytest.raises(zoo.MissingFileError, match=f"zoo data pull {name}"):
        zoo.load_dataset(name, original=True)
    file = originals._place(name)
    file.parent.mkdir(parents=True)
    file.write_text("x,y\n" + "".join(f"{n},{2 * n}\n" for n in range(10)))
    data = zoo.load_dataset(name, original=True, test_split=0).train
    unit = 100 if name == "linear_regression2" else 1  # the deck divides that one
    np.testing.assert_allclose(data.x[:, 0] * unit, np.arange(10))
    np.testing.assert_allclose(data.y * unit, 2 * np.arange(10), rtol=1e-6)


def test_every_row_can_stay_in_training_in_its_own_order():
    data = zoo.load_dataset("nine_features", test_split=0)
    np.testing.assert_array_equal(data.train.x, rows_of("nine_features")[0].astype("float32"))
    assert [len(split) for split in data.splits.values()] == [40, 0]

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.measures import _frechet, measure


@given(seed=st.integers(0, 99), away=st.floats(0, 5))
@settings(max_examples=10, deadline=None)
def test_frechets_distance_of_a_cloud_that_was_moved_is_the_square_of_the_way(seed, away):
    cloud = np.random.default_rng(seed).normal(size=(200, 3))
    assert _frechet(cloud, cloud + np.array([away, 0, 0])) == pytest.approx(away**2, abs=1e-5)


def test_frechets_distance_tells_a_cloud_that_collapsed():
    cloud = np.random.default_rng(0).normal(size=(2000, 3))
    assert _frechet(cloud, 0.1 * cloud) == pytest.approx(3 * 0.9**2, rel=0.1)


def test_a_painter_of_nothing_is_judged_as_one(monkeypatch):
    monkeypatch.setattr("zoo.measures._PAINTINGS", 3)
    model = zoo.create_model("gan", input_shape=(8, 8, 1), latent=4, hidden=(8,), seed=0)
    figures, data = measure("gan.digits", model, dataset="digits", dataset_arguments={}, seed=0)
    assert data.name == "digits"
    assert figures["test_frechet_error"] > 20  # the shipped painter: below 3.5
    assert figures["test_evenness"] < 0.9
    assert (
        figures["test_frechet_error_low"]
        <= figures["test_frechet_error"]
        <= figures["test_frechet_error_high"]
    )


def test_a_cleaner_that_leaves_all_as_it_is_removes_no_noise(monkeypatch):
    model = zoo.create_model("denoising_autoencoder", input_shape=(8, 8, 1), noise=0.5)
    monkeypatch.setattr(model, "predict", lambda x, **options: x)
    figures, _ = measure(
        "denoising_autoencoder.digits", model, dataset="digits", dataset_arguments={}, seed=0
    )
    assert figures["test_noise_removed"] == 0
    assert figures["test_mse"] == figures["test_spoilt_mse"] == pytest.approx(0.25, rel=0.02)


def test_several_outputs_are_judged_each_for_itself():
    model = zoo.create_model("digit_sum", filters=(4,), features=8, hidden=(16,), seed=0)
    figures, _ = measure("digit_sum.digits", model, dataset="digit_sum", dataset_arguments={"n": 300}, seed=0)
    assert {"test_left_digit_accuracy", "test_sum_accuracy_low", "test_sum_accuracy_high"} <= figures.keys()
    assert figures["test_sum_accuracy"] < 0.4


def test_numbers_are_judged_by_their_error():
    model = zoo.create_model("linear", input_shape=(10,), seed=0)
    figures, data = measure("linear.diabetes", model, dataset="diabetes", dataset_arguments={}, seed=0)
    assert figures["test_mae"] == pytest.approx(np.abs(data.test.y).mean(), rel=0.1)  # it says 0, nearly


def test_a_player_that_pushes_one_way_gets_ten_points():
    pytest.importorskip("gymnasium")
    model = zoo.create_model("actor_critic", input_shape=(4,), num_actions=2, seed=0)
    figures, data = measure("actor_critic.cartpole", model, dataset=None, dataset_arguments={}, seed=0)
    assert data is None
    assert (
        8
        < figures["test_mean_return_low"]
        < figures["test_mean_return"]
        < figures["test_mean_return_high"]
        < 12
    )
    with pytest.raises(zoo.InputError, match="no game is known for it. There is actor_critic.cartpole"):
        measure("actor_critic.pong", model, dataset=None, dataset_arguments={}, seed=0)

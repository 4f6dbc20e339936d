import numpy as np

import zoo


def test_an_untrained_player_likes_all_moves_alike_and_expects_nothing():
    model = zoo.create_model("actor_critic", input_shape=(4,), num_actions=3)
    said = model.predict(np.random.default_rng(0).normal(size=(5, 4)).astype("float32"), verbose=0)
    np.testing.assert_allclose(said["policy"], 1 / 3, atol=1e-6)
    np.testing.assert_array_equal(said["value"], 0)


def test_a_player_may_look_at_pictures():
    model = zoo.create_model("actor_critic", input_shape=(8, 8, 1), num_actions=4, hidden=(5,))
    assert model.count_params() == 64 * 5 + 5 + 5 * 4 + 4 + 5 + 1

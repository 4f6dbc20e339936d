import keras
import pytest

import zoo
from zoo import _table
from zoo.registry import made_with


@pytest.fixture
def own_table(monkeypatch):
    """A copy of the table, so that a test's builders go with it."""
    _table.all_entries()
    monkeypatch.setattr(_table, "_entries", dict(_table._entries))


def smallest(units: int = 1) -> keras.Model:
    """One layer."""
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)], name="smallest")


def test_a_registered_builder_is_found_built_and_described(own_table):
    assert zoo.register_model(task="regression", tags=("small",))(smallest) is smallest
    assert "smallest" in zoo.list_models()
    assert zoo.create_model("smallest", units=3).output_shape == (None, 3)
    info = zoo.model_info("smallest")
    assert (info.summary, info.task, info.tags, info.defaults) == (
        "One layer.",
        "regression",
        ("small",),
        {"units": 1},
    )
    assert info.parameter_count == 3


def test_a_bare_decorator_works_too(own_table):
    zoo.register_model(smallest)
    assert zoo.create_model("smallest").count_params() == 3


def test_two_builders_of_one_name_are_an_error_and_a_cell_run_again_is_not(own_table):
    zoo.register_model(smallest)
    zoo.register_model(smallest)

    def other() -> keras.Model:
        """Another one."""

    with pytest.raises(zoo.InputError, match="Two builders are called 'smallest'"):
        zoo.register_model(name="smallest")(other)


@pytest.mark.parametrize("options", [{"name": "a.b"}, {"task": "classificaton"}])
def test_a_name_with_a_dot_and_an_unknown_task_are_refused(own_table, options):
    with pytest.raises(zoo.InputError):
        zoo.register_model(**options)(smallest)


def test_an_unknown_name_gets_the_nearest_ones():
    with pytest.raises(
        zoo.UnknownModelError, match=r"No model 'cnnn'. Did you mean 'cnn'\? `zoo list` shows all \d+"
    ):
        zoo.create_model("cnnn")
    with pytest.raises(LookupError):
        zoo.model_info("nothing_like_it")


def test_listing_takes_wildcards_task_and_pretrained():
    assert zoo.list_models("*regression") == ["logistic_regression", "softmax_regression"]
    assert zoo.list_models("c?n") == ["cnn"]
    assert zoo.list_models("zzz*") == []
    assert zoo.list_models("cnn.*", pretrained=True) == ["cnn.digits", "cnn.mnist"]
    assert zoo.list_models(task="multi-output") == ["digit_sum", "two_in_two_out", "wide_and_deep"]
    assert "cnn" not in zoo.list_models(pretrained=False)
    with pytest.raises(zoo.InputError, match="Did you mean 'regression'"):
        zoo.list_models(task="regresion")


def test_a_preset_is_arguments_with_a_name_and_given_ones_go_before_it(own_table):
    zoo.register_model(presets={"three": {"units": 3}})(smallest)
    model = zoo.create_model("smallest", preset="three")
    assert model.output_shape == (None, 3)
    assert made_with(model) == ("smallest", {"units": 3})
    assert zoo.create_model("smallest", preset="three", units=4).output_shape == (None, 4)
    info = zoo.model_info("smallest")
    assert (info.presets, info.tags) == ({"three": {"units": 3}}, ("three",))
    with pytest.raises(zoo.UnknownNameError, match="no preset 'thre'. Did you mean 'three'"):
        zoo.create_model("smallest", preset="thre")
    with pytest.raises(zoo.UnknownNameError, match="cnn has no preset 'three'. There are none"):
        zoo.create_model("cnn", preset="three", input_shape=(8, 8, 1), num_classes=10)


@pytest.mark.parametrize("preset", zoo.model_info("mlp").presets)
def test_the_presets_of_mlp_build_what_they_say(preset):
    given = zoo.model_info("mlp").presets[preset]
    shape = {} if "input_shape" in given else {"input_shape": (4,), "num_classes": 3}
    model = zoo.create_model("mlp", preset=preset, **shape)
    deck = {"rings": 751, "rings_relu": 751, "blobs": 300 + 4 * 10_100 + 202}
    if preset in deck:
        assert model.count_params() == deck[preset]
    assert bool(model.losses) == (preset in ("l1", "l2"))
    assert any(isinstance(layer, keras.layers.Dropout) for layer in model.layers) == (preset == "dropout")


def test_names_are_in_natural_order(own_table):
    for name in ("net10", "net2", "net1"):
        zoo.register_model(name=name)(lambda: None)
        _table._entries[name] = _table.Entry(name, smallest, "classification")
    assert zoo.list_models("net*") == ["net1", "net2", "net10"]


def test_a_seed_gives_the_same_weights_and_another_seed_others():
    def first_weights(seed):
        return zoo.create_model("linear", input_shape=(3,), seed=seed).get_weights()[0].tolist()

    assert first_weights(1) == first_weights(1) != first_weights(2)


def test_a_model_remembers_how_it_was_made():
    model = zoo.create_model("linear", input_shape=(3,), num_outputs=2)
    assert made_with(model) == ("linear", {"input_shape": (3,), "num_outputs": 2})
    assert made_with(smallest()) is None


def test_a_package_with_an_entry_point_is_found(own_table, monkeypatch):
    class Point:
        value = "somewhere:models"

        @staticmethod
        def load():
            zoo.register_model(name="from_elsewhere")(smallest)

    monkeypatch.setattr(_table, "_loaded", False)
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group: [Point] if group == "zoo.models" else []
    )
    assert "from_elsewhere" in zoo.list_models()


def test_a_broken_package_is_a_warning_and_no_more(own_table, monkeypatch):
    class Point:
        value = "somewhere:broken"

        @staticmethod
        def load():
            raise ImportError("no such thing")

    monkeypatch.setattr(_table, "_loaded", False)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Point])
    with pytest.warns(UserWarning, match=r"somewhere:broken.*no such thing"):
        assert "cnn" in zoo.list_models()

"""A few hundred spoilt files; `scripts/fuzz_models.py` spoils a hundred thousand."""

import sys
from pathlib import Path

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zoo

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from fuzzing import mutations, worker

sys.path.pop(0)

L = keras.layers


class Sources(list):
    """Files' contents, which a failing test does not print."""

    def __repr__(self):
        return f"{len(self)} sources"


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The bytes of a small trained model and of one with names and branches, in both formats."""
    folder = tmp_path_factory.mktemp("sources")
    model = zoo.create_model(
        "mlp", input_shape=(3,), num_classes=2, hidden=(2,), batch_normalization=True, seed=0
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    one, two = keras.Input((2,), name="one"), keras.Input((2,), name="two")
    inner = keras.Sequential([keras.Input((2,)), L.Dense(2)], name="inner")
    branches = keras.Model([one, two], {"sum": L.Add()([inner(one), inner(two)]), "one": one * 2.0})
    found = Sources()
    for number, made in enumerate((model, branches)):
        for suffix in (".keras", ".h5"):
            path = zoo.save_model(made, folder / f"{number}{suffix}", check=False)
            found.append((suffix, path.read_bytes()))
    return found


@pytest.mark.filterwarnings("ignore")  # what a spoilt file warns of is no matter here
@settings(max_examples=300, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(which=st.integers(0, 3), seed=st.integers(0, 10**6))
def test_a_spoilt_file_is_refused_in_our_own_words_or_opens_as_a_model(
    sources, tmp_path_factory, which, seed
):
    suffix, content = sources[which]
    spoilt, done = mutations.mutated(content, suffix, str(seed))
    path = tmp_path_factory.getbasetemp() / f"spoilt{suffix}"
    path.write_bytes(spoilt)
    outcome, told = worker.look_and_load(path)
    assert not outcome.startswith("FAILED"), f"{done}: {outcome}\n{told}"


def test_the_same_seed_spoils_the_same(sources):
    for suffix, content in sources:
        for seed in range(20):
            first, done = mutations.mutated(content, suffix, str(seed))
            assert mutations.mutated(content, suffix, str(seed)) == (first, done)
            assert done


def test_mutations_reach_all_of_a_file(sources):
    done = [
        mutations.mutated(content, suffix, str(seed))[1] for suffix, content in sources for seed in range(150)
    ]
    for word in (
        "bytes",
        "config.json",
        "model.weights.h5",
        "archive",
        "model_config",
        "link",
        "attribute",
        "value",
    ):
        assert sum(word in what for what in done) > 2, word

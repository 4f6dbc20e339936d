"""Each difference between versions of Keras is one rule: JSON in, JSON out."""

import copy
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from old_files import functional, layer, sequential

from zoo.saving import upgrade
from zoo.saving.documents import Documents
from zoo.saving.upgrade import _keras_1, _layers, _recurrent, _training, _words, upgraded
from zoo.saving.upgrade._rules import writer_of

KERAS_1, KERAS_2, TENSORFLOW = (
    writer_of("1.2.2", "theano"),
    writer_of("2.2.4", ""),
    writer_of("2.4.0", "tensorflow"),
)
RULES = {
    f"{room.__name__.rpartition('.')[2]}.{rule.__name__}": rule
    for room in (_keras_1, _layers, _recurrent, _words)
    for rule in room.RULES
}
HARD = _words.HARD_SIGMOID
# (rule, class and settings as they were, as they are, who wrote them)
CASES = [
    ("_keras_1.class_names", ("AtrousConvolution2D", {}), ("Conv2D", {}), KERAS_1),
    (
        "_keras_1.time_distributed_dense",
        ("TimeDistributedDense", {"input_length": 3}),
        ("Dense", {}),
        KERAS_1,
    ),
    ("_keras_1.merge", ("Merge", {"mode": "sum", "concat_axis": -1}), ("Add", {}), KERAS_1),
    (
        "_keras_1.merge",
        ("Merge", {"mode": "concat", "concat_axis": 1}),
        ("Concatenate", {"axis": 1}),
        KERAS_1,
    ),
    ("_keras_1.merge", ("Merge", {"mode": "cos"}), ("Merge", {"mode": "cos"}), KERAS_1),
    ("_keras_1.gone_defaults", ("LSTM", {"consume_less": "gpu"}), ("LSTM", {}), KERAS_1),
    (
        "_keras_1.gone_defaults",
        ("Embedding", {"input_dim": 9, "dropout": 0.0}),
        ("Embedding", {"input_dim": 9}),
        KERAS_1,
    ),
    (
        "_keras_1.kernel_sizes",
        ("Conv2D", {"nb_row": 3, "nb_col": 2}),
        ("Conv2D", {"kernel_size": [3, 2]}),
        KERAS_1,
    ),
    (
        "_keras_1.dim_ordering",
        ("Conv2D", {"dim_ordering": "th"}),
        ("Conv2D", {"data_format": "channels_first"}),
        KERAS_1,
    ),
    (
        "_keras_1.embedding_arguments",
        ("Embedding", {"init": "uniform"}),
        ("Embedding", {"embeddings_initializer": "uniform"}),
        KERAS_1,
    ),
    (
        "_keras_1.normalization_arguments",
        ("BatchNormalization", {"mode": 0, "beta_init": "zero"}),
        ("BatchNormalization", {"beta_initializer": "zero"}),
        KERAS_1,
    ),
    (
        "_keras_1.activation_arguments",
        ("PReLU", {"init": "zero"}),
        ("PReLU", {"alpha_initializer": "zero"}),
        KERAS_1,
    ),
    (
        "_keras_1.separable_arguments",
        ("SeparableConv2D", {"init": "uniform"}),
        ("SeparableConv2D", {"depthwise_initializer": "uniform", "pointwise_initializer": "uniform"}),
        KERAS_1,
    ),
    (
        "_keras_1.forget_bias",
        ("LSTM", {"forget_bias_init": "one"}),
        ("LSTM", {"unit_forget_bias": True}),
        KERAS_1,
    ),
    (
        "_keras_1.deconvolution_shape",
        ("Conv2DTranspose", {"output_shape": [None, 4, 4, 2]}),
        ("Conv2DTranspose", {}),
        KERAS_1,
    ),
    (
        "_keras_1.argument_names",
        ("Dense", {"output_dim": 2, "W_regularizer": None}),
        ("Dense", {"units": 2, "kernel_regularizer": None}),
        KERAS_1,
    ),
    ("_keras_1.argument_names", ("Dropout", {"p": 0.5}), ("Dropout", {"rate": 0.5}), KERAS_1),
    (
        "_keras_1.argument_names",
        ("MaxPooling1D", {"pool_length": 2, "stride": 2, "border_mode": "valid"}),
        ("MaxPooling1D", {"pool_size": 2, "strides": 2, "padding": "valid"}),
        KERAS_1,
    ),
    (
        "_keras_1.paddings",
        ("ZeroPadding2D", {"padding": {"top_pad": 1, "left_pad": 2}}),
        ("ZeroPadding2D", {"padding": [[1, 0], [2, 0]]}),
        KERAS_1,
    ),
    (
        "_keras_1.channel_order",
        ("UpSampling2D", {"size": [2, 2]}),
        ("UpSampling2D", {"size": [2, 2], "data_format": "channels_first"}),
        KERAS_1,
    ),
    ("_layers.local_names", ("Keras>Rescaling", {}), ("Rescaling", {}), TENSORFLOW),
    ("_layers.old_classes", ("BatchNormalizationV1", {}), ("BatchNormalization", {}), TENSORFLOW),
    (
        "_layers.synchronized_normalization",
        ("SyncBatchNormalization", {}),
        ("BatchNormalization", {}),
        TENSORFLOW,
    ),
    (
        "_layers.plain_numbers",
        ("PReLU", {"alpha": {"type": "ndarray", "value": 0.3}}),
        ("PReLU", {"alpha": 0.3}),
        KERAS_2,
    ),
    ("_layers.groups", ("DepthwiseConv2D", {"groups": 1}), ("DepthwiseConv2D", {}), TENSORFLOW),
    ("_layers.groups", ("Conv2D", {"groups": 1}), ("Conv2D", {"groups": 1}), TENSORFLOW),
    (
        "_layers.unread_kernels",
        ("DepthwiseConv2D", {"kernel_initializer": "zeros"}),
        ("DepthwiseConv2D", {}),
        TENSORFLOW,
    ),
    (
        "_layers.single_axis",
        ("BatchNormalization", {"axis": [3]}),
        ("BatchNormalization", {"axis": 3}),
        TENSORFLOW,
    ),
    (
        "_layers.normalization_leftovers",
        ("BatchNormalization", {"fused": True, "renorm": False}),
        ("BatchNormalization", {}),
        TENSORFLOW,
    ),
    ("_layers.leaky_slope", ("LeakyReLU", {"alpha": 0.1}), ("LeakyReLU", {"negative_slope": 0.1}), KERAS_2),
    ("_layers.leaky_slope", ("LeakyReLU", {}), ("LeakyReLU", {"negative_slope": 0.3}), KERAS_2),
    ("_layers.thresholded", ("ThresholdedReLU", {"theta": 0.5}), ("ReLU", {"threshold": 0.5}), KERAS_2),
    (
        "_layers.resized_in_training",
        ("RandomHeight", {"name": "h", "factor": 0.2}),
        ("Identity", {"name": "h"}),
        TENSORFLOW,
    ),
    (
        "_layers.scaling",
        ("Rescaling", {"scale": [0.5], "offset": 0.0}),
        ("Rescaling", {"scale": 0.5, "offset": 0.0}),
        TENSORFLOW,
    ),
    ("_layers.random_arguments", ("RandomFlip", {"rng_type": "stateful"}), ("RandomFlip", {}), TENSORFLOW),
    (
        "_layers.pooling_arguments",
        ("GlobalMaxPooling1D", {"pool_size": 2}),
        ("GlobalMaxPooling1D", {}),
        KERAS_2,
    ),
    (
        "_layers.embedding_length",
        ("Embedding", {"input_length": 4, "mask_zero": True}),
        ("Embedding", {"mask_zero": True}),
        KERAS_2,
    ),
    ("_layers.embedding_type", ("Embedding", {"dtype": "int32"}), ("Embedding", {}), KERAS_2),
    (
        "_layers.attention_arguments",
        ("MultiHeadAttention", {"query_shape": [None, 2]}),
        ("MultiHeadAttention", {}),
        TENSORFLOW,
    ),
    (
        "_layers.spatial_dropout",
        ("SpatialDropout1D", {"rate": 0.1, "noise_shape": None}),
        ("SpatialDropout1D", {"rate": 0.1}),
        KERAS_2,
    ),
    ("_layers.flat_order", ("Dense", {"data_format": None}), ("Dense", {}), KERAS_2),
    (
        "_recurrent.cudnn",
        ("CuDNNGRU", {}),
        (
            "GRU",
            {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True, "reset_after": True},
        ),
        KERAS_2,
    ),
    ("_recurrent.reset_after", ("GRU", {}), ("GRU", {"reset_after": False}), KERAS_2),
    ("_recurrent.gate_default", ("LSTM", {}), ("LSTM", {"recurrent_activation": "hard_sigmoid"}), KERAS_2),
    ("_recurrent.gate_default", ("LSTM", {}), ("LSTM", {"recurrent_activation": "sigmoid"}), TENSORFLOW),
    ("_recurrent.time_major", ("LSTM", {"time_major": False}), ("LSTM", {}), TENSORFLOW),
    ("_recurrent.time_major", ("LSTM", {"time_major": True}), ("LSTM", {"time_major": True}), TENSORFLOW),
    ("_recurrent.implementation", ("GRUCell", {"implementation": 1}), ("GRUCell", {}), KERAS_2),
    ("_recurrent.ragged_inputs", ("Bidirectional", {"num_constants": 0}), ("Bidirectional", {}), TENSORFLOW),
    (
        "_words.hard_sigmoid",
        ("Activation", {"activation": "hard_sigmoid"}),
        ("Activation", {"activation": HARD}),
        KERAS_2,
    ),
    (
        "_words.activations",
        ("Dense", {"activation": "softmax_v2"}),
        ("Dense", {"activation": "softmax"}),
        TENSORFLOW,
    ),
    (
        "_words.initializers",
        ("Dense", {"kernel_initializer": "my_init"}),
        ("Dense", {"kernel_initializer": "zeros"}),
        KERAS_2,
    ),
    (
        "_words.regularizers",
        ("Dense", {"kernel_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.1}}),
        ("Dense", {"kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.1}}}),
        KERAS_1,
    ),
    (
        "_words.constraints",
        ("Dense", {"kernel_constraint": {"name": "MaxNorm", "m": 2, "axis": 0}}),
        ("Dense", {"kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": 2, "axis": 0}}}),
        KERAS_1,
    ),
    (
        "_words.number_type",
        ("Dense", {"dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}}),
        ("Dense", {"dtype": "mixed_float16"}),
        TENSORFLOW,
    ),
]


@pytest.mark.parametrize(("name", "before", "after", "writer"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_says_one_difference(name, before, after, writer):
    given_layer = {"class_name": before[0], "config": before[1]}
    kept = copy.deepcopy(given_layer)
    made = RULES[name](given_layer, writer)
    assert made == {"class_name": after[0], "config": after[1]}
    assert given_layer == kept  # it is not changed in place
    assert RULES[name](made, writer) == made


def test_every_rule_has_a_case_and_a_sentence():
    assert {case[0] for case in CASES} == set(RULES)
    for rule in RULES.values():
        assert len(rule.__doc__.partition("\n")[0]) > 20


def test_what_is_of_another_class_stays():
    for rule in RULES.values():
        other = {"class_name": "Mine", "config": {"name": "mine", "alpha": 1, "groups": 1}}
        assert rule(other, TENSORFLOW) == other


def test_a_bare_list_begins_with_an_input_of_its_own():
    model = [layer("Dense", "d", units=2, batch_input_shape=[None, 3], dtype="float64")]
    documents, told = upgraded(Documents("h5", model, None, "2.1.0", ""))
    first = documents.model["config"]["layers"][0]
    assert first["config"] == {"batch_shape": [None, 3], "dtype": "float64", "name": "d_input"}
    assert any("bare list" in sentence for sentence in told)


@pytest.mark.parametrize("counted_from", [0, 1])
def test_the_calls_of_a_model_inside_a_model_are_counted_from_0(counted_from):
    inner = sequential(layer("Dense", "d", units=3, batch_input_shape=[None, 3]), name="inner")
    layers = [
        (layer("InputLayer", "i", batch_input_shape=[None, 3]), []),
        (inner, [[["i", 0, 0, {}]], [["inner", counted_from, 0, {}]]]),
    ]
    model = functional(layers, ["i"], [])
    model["config"]["output_layers"] = [["inner", counted_from + 1, 0]]
    made = upgraded(Documents("h5", model, None, "2.4.0", ""))[0].model["config"]
    history = made["layers"][1]["inbound_nodes"][1]["args"][0]["config"]["keras_history"]
    assert history == ["inner", 0, 0]
    assert made["output_layers"] == ["inner", 1, 0]


def test_states_of_a_recurrent_layer_are_arguments_by_name():
    layers = [
        (layer("InputLayer", "x", batch_input_shape=[None, 4, 3]), []),
        (layer("InputLayer", "h", batch_input_shape=[None, 2]), []),
        (layer("GRU", "g", units=2), [[["x", 0, 0, {}], ["h", 0, 0, {}]]]),
    ]
    made = upgraded(Documents("h5", functional(layers, ["x", "h"], ["g"]), None, "2.3.0", ""))[0].model
    (call,) = made["config"]["layers"][2]["inbound_nodes"]
    assert len(call["args"]) == 1
    assert [one["config"]["keras_history"] for one in call["kwargs"]["initial_state"]] == [["h", 0, 0]]


def test_a_convolution_with_its_channels_first_is_turned_around():
    layers = [
        (layer("InputLayer", "x", batch_input_shape=[None, 3, 8, 8]), []),
        (layer("Conv2D", "c", filters=2, data_format="channels_first"), [[["x", 0, 0, {}]]]),
    ]
    made = upgraded(Documents("h5", functional(layers, ["x"], ["c"]), None, "2.2.4", ""))[0].model["config"]
    assert [one["class_name"] for one in made["layers"]] == ["InputLayer", "Permute", "Conv2D", "Permute"]
    assert made["output_layers"] == ["c_channels_first", 0, 0]


def test_a_function_that_keras_has_not_stays_as_it_was():
    strange = {"class_name": "TFOpLambda", "config": {"name": "f", "function": "io.read_file"}}
    layers = [(layer("InputLayer", "x", batch_input_shape=[None, 3]), []), (strange, [["x", 0, 0, {}]])]
    made = upgraded(Documents("h5", functional(layers, ["x"], ["f"]), None, "2.6.0", ""))[0].model
    assert made["config"]["layers"][1]["class_name"] == "TFOpLambda"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"lr": 0.1, "decay": 0.0, "momentum": 0.9}, {"learning_rate": 0.1, "momentum": 0.9}),
        ({"learning_rate": 0.1, "jit_compile": True, "clipnorm": None}, {"learning_rate": 0.1}),
    ],
)
def test_an_optimizer_has_a_learning_rate(before, after):
    for name in ("SGD", "Custom>SGD", "sgd"):
        assert _training.optimizer({"class_name": name, "config": before}) == {
            "class_name": "SGD",
            "config": after,
        }


def test_a_decay_is_a_schedule_but_for_nadam():
    config = {"lr": 0.1, "decay": 0.5}
    rate = _training.optimizer({"class_name": "Adam", "config": config})["config"]["learning_rate"]
    assert rate["class_name"] == "InverseTimeDecay"
    assert rate["config"]["decay_rate"] == 0.5
    assert _training.optimizer({"class_name": "Nadam", "config": config})["config"] == {"learning_rate": 0.1}


def test_it_imports_neither_keras_nor_what_does():
    for path in Path(upgrade.__file__).parent.glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(("import", "from")):
                rest = line.split()[1]
                ours = rest in ("h5py", "zoo.saving.documents") or rest.startswith("zoo.saving.upgrade")
                assert ours or rest.split(".")[0] in sys.stdlib_module_names, (path, line)


# -- laws ---------------------------------------------------------------------------------------------------

CLASSES = [
    "Dense",
    "Convolution2D",
    "LSTM",
    "CuDNNGRU",
    "BatchNormalization",
    "Merge",
    "ReLU",
    "LeakyReLU",
    "Mine",
]
WORDS = [
    "units",
    "output_dim",
    "nb_row",
    "nb_col",
    "activation",
    "axis",
    "alpha",
    "dtype",
    "groups",
    "mode",
    "init",
]
VALUES = st.sampled_from(
    [None, 0, 1, 0.5, "relu", "hard_sigmoid", "th", [3], {"class_name": "Zeros", "config": {}}]
)
SETTINGS = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=5)
LAYERS = st.lists(st.tuples(st.sampled_from(CLASSES), SETTINGS), max_size=4)
VERSIONS = st.sampled_from(["", "1.0.0", "1.2.2", "2.0.8", "2.2.4-tf", "2.4.0", "2.15.0"])


def document(layers, version):
    chain = [layer(name, f"layer_{number}", **settings) for number, (name, settings) in enumerate(layers)]
    return Documents("h5", sequential(*chain), None, version, "tensorflow")


@given(LAYERS, VERSIONS)
def test_upgrading_twice_is_upgrading_once(layers, version):
    once, _ = upgraded(document(layers, version))
    assert upgraded(once) == (once, [])


@given(LAYERS, VERSIONS)
def test_what_is_upgraded_is_not_changed_in_place_and_is_json(layers, version):
    before = document(layers, version)
    kept = copy.deepcopy(before)
    after, told = upgraded(before)
    assert before == kept
    assert json.loads(json.dumps(after.model)) == after.model
    assert all(isinstance(sentence, str) for sentence in told)


@given(LAYERS, st.sampled_from(["3.0.0", "3.12.1", "3.15.1"]))
def test_what_keras_3_wrote_stays_as_it_is(layers, version):
    before = document(layers, version)
    assert upgraded(before) == (before, [])

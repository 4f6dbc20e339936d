import ast

import keras
import numpy as np
import pytest

import zoo

layers = keras.layers


def sequential(shape, *several):
    return keras.Sequential([keras.Input(shape), *several])


def settled(model):
    """Give every weight a value that a slip would change: no zeros, no ones, variances above 0."""
    random = np.random.default_rng(0)
    model.set_weights([0.1 + 0.3 * random.random(w.shape) for w in model.get_weights()])
    return model


NETWORKS = {
    "the network of the rings": lambda: zoo.create_model(
        "mlp", input_shape=(2,), num_classes=1, hidden=(25, 25), activation="sigmoid"
    ),
    "mlp with everything": lambda: zoo.create_model(
        "mlp", input_shape=(4,), num_classes=3, hidden=(8,), dropout=0.5, batch_normalization=True
    ),
    "images into an mlp": lambda: zoo.create_model("mlp", input_shape=(4, 5, 3), num_classes=3, hidden=(8,)),
    "cnn, functional": lambda: zoo.create_model(
        "cnn",
        input_shape=(9, 7, 3),
        num_classes=4,
        filters=(4, 6),
        batch_normalization=True,
        api="functional",
    ),
    "average pooling of an odd image": lambda: zoo.create_model(
        "cnn", input_shape=(7, 7, 1), num_outputs=2, filters=(3,), pooling="average", activation="tanh"
    ),
    "strides, even kernels, no bias": lambda: sequential(
        (12, 11, 2),
        layers.Conv2D(4, 4, strides=2, padding="same", use_bias=False, name="halve"),
        layers.Conv2D(4, (2, 3), padding="same", activation="leaky_relu", name="even"),
        layers.Conv2D(6, 3, groups=2, dilation_rate=2, name="wide"),
        layers.GlobalAveragePooling2D(name="mean"),
        layers.Dense(3, activation="gelu", name="out"),
    ),
    "overlapping pools": lambda: sequential(
        (9, 9, 2),
        layers.MaxPooling2D(3, strides=2, padding="same", name="max"),
        layers.AveragePooling2D(3, strides=1, padding="same", name="mean"),
        layers.MaxPooling2D(2, padding="valid", name="last"),
        layers.Flatten(name="flatten"),
        layers.Dropout(0.3, name="dropout"),
        layers.Activation("softplus", name="soft"),
        layers.Dense(2, name="out"),
    ),
    "the largest of each channel": lambda: sequential(
        (6, 6, 2),
        layers.BatchNormalization(center=False, scale=False, name="norm"),
        layers.GlobalMaxPooling2D(name="max"),
        layers.Activation("softmax", name="softmax"),
    ),
}


@pytest.fixture(params=NETWORKS)
def model(request):
    return settled(NETWORKS[request.param]())


def test_the_text_is_python_with_a_comment_for_each_layer(model):
    text = zoo.torch_code(model)
    ast.parse(text)
    for layer in model.layers:
        silent = isinstance(layer, layers.InputLayer)
        assert silent or f"# {layer.name}\n" in text


def test_pytorch_runs_it_and_computes_the_same(model):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(1).random((5, *model.input_shape[1:]), dtype="float32")
    names = {"keras_model": model}
    exec(zoo.torch_code(model), names)
    turned = x.transpose(0, 3, 1, 2).copy() if x.ndim == 4 else x
    with torch.no_grad():
        found = names["model"](torch.tensor(turned)).numpy()
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=1e-5, atol=1e-5)


def test_it_reads_as_the_deck_writes_it():
    model = sequential(
        (25,), layers.Dense(25, activation="relu", name="hidden"), layers.Dense(2, name="prediction")
    )
    assert zoo.torch_code(model).partition("model = ")[2].partition("\n\n")[0] == (
        "nn.Sequential(\n"
        "    nn.Linear(25, 25),  # hidden\n"
        "    nn.ReLU(),\n"
        "    nn.Linear(25, 2),  # prediction\n"
        ")"
    )


def image(*several):
    return sequential((8, 8, 2), *several)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: sequential((4, 3), layers.LSTM(2, name="memory")), "rows of numbers or images"),
        (lambda: image(layers.UpSampling2D(name="up")), "'up' .*has no equivalent here; there are .*Conv2D"),
        (lambda: image(layers.Dense(2, name="early")), "'early' .*put Flatten before it"),
        (lambda: image(layers.Activation("softmax", name="soft")), "'soft' .*softmax of something other"),
        (lambda: image(layers.Flatten(name="flat")), "cannot end .* with Flatten"),
        (
            lambda: image(layers.MaxPooling2D(4, strides=1, padding="same", name="p")),
            "'p' .*pads one side more",
        ),
        (
            lambda: image(layers.Conv2D(2, 1, data_format="channels_first", name="c")),
            "'c' .*images of .height, width, channels.",
        ),
        (
            lambda: sequential((3,), layers.Dense(2, activation="exponential", name="e")),
            "'e' .*'exponential'",
        ),
        (
            lambda: sequential((3,), layers.BatchNormalization(scale=False, name="n")),
            "'n' .*normalises in a way",
        ),
        (lambda: zoo.create_model("two_in_two_out"), "one input and one output"),
        (lambda: keras.Sequential([layers.Dense(2)]), "needs a built model"),
    ],
)
def test_what_it_cannot_say_is_named(build, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.torch_code(build())


def test_layers_that_branch_are_not_in_a_row():
    images = keras.Input((4,))
    hidden = layers.Dense(4, name="hidden")(images)
    side = layers.Dense(4, name="side")(images)
    model = keras.Model(images, layers.Add(name="sum")([hidden, side]))
    with pytest.raises(zoo.InputError, match="'side' .*is not fed by the layer before it"):
        zoo.torch_code(model)


def test_a_name_out_of_a_strangers_file_is_no_line_of_code():
    name = 'a"]\nprint("run")\n#'
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name=name)])
    assert not any(line.startswith("print") for line in zoo.torch_code(model).splitlines())

"""Files as old versions of Keras wrote them, and what these computed, in NumPy alone."""

import json

import h5py
import keras
import numpy as np

DRAW = np.random.default_rng(1)


def write_h5(path, model, weights, *, version="2.2.4", backend="tensorflow", training=None, optimizer=None):
    """Write an ``.h5``: attributes, and a group for each layer with its arrays by their names.

    Args:
        path: of the file.
        model: its configuration, a dictionary or the bare list of a Sequential.
        weights: for each layer the list of (name, array).
        version: of Keras; None leaves it out, as the first Keras 1 did.
        backend: on which it ran; in Keras 1 the names of the weights tell, TensorFlow's end in ``:0``.
        training: the compile settings.
        optimizer: a list of (name, array).
    """
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(model).encode()
        if training is not None:
            file.attrs["training_config"] = json.dumps(training).encode()
        group = file.create_group("model_weights")
        for one in (file, group):
            if version is not None:
                one.attrs["keras_version"] = version.encode()
            if version is not None and not version.startswith("1"):  # Keras 1 did not say it
                one.attrs["backend"] = backend.encode()
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            _write(group.create_group(name), arrays)
        if optimizer is not None:
            _write(file.create_group("optimizer_weights"), optimizer)
    return path


def _write(group, arrays):
    group.attrs["weight_names"] = [name.encode() for name, _ in arrays]
    for name, array in arrays:
        group[name] = array


def layer(class_name, name, **config):
    return {"class_name": class_name, "config": {"name": name, "trainable": True, **config}}


def sequential(*layers, name="sequential_1", bare=False):
    return {
        "class_name": "Sequential",
        "config": list(layers) if bare else {"name": name, "layers": list(layers)},
    }


def functional(layers, inputs, outputs, name="model_1", class_name="Model"):
    """``layers`` is a list of (layer, inbound nodes)."""
    made = [{**one, "name": one["config"]["name"], "inbound_nodes": nodes} for one, nodes in layers]
    ends = {
        "input_layers": [[one, 0, 0] for one in inputs],
        "output_layers": [[one, 0, 0] for one in outputs],
    }
    return {"class_name": class_name, "config": {"name": name, "layers": made, **ends}}


class Numbers:
    """Random arrays, always the same ones."""

    def __init__(self, seed=0):
        self.draw = np.random.default_rng(seed)

    def __call__(self, *shape):
        return (0.5 * self.draw.normal(size=shape)).astype("float32")

    def named(self, prefix, **shapes):
        return [(f"{prefix}/{name}:0", self(*shape)) for name, shape in shapes.items()]


def rows(*shape):
    """Three random rows."""
    return DRAW.normal(size=(3, *shape)).astype("float32")


def answers(model, *x):
    return keras.ops.convert_to_numpy(model(x[0] if len(x) == 1 else list(x), training=False))


def close(model, x, expected):
    np.testing.assert_allclose(answers(model, x), expected, rtol=2e-4, atol=2e-5)


# -- what they computed ---------------------------------------------------------------------------------


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def hard_sigmoid(x):
    """Of Keras 1 and 2."""
    return np.clip(0.2 * x + 0.5, 0, 1)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def conv2d(x, kernel, bias=0.0):
    """Correlation without a rim, channels last, a step of 1."""
    rows, cols = kernel.shape[:2]
    height, width = x.shape[1] - rows + 1, x.shape[2] - cols + 1
    out = np.zeros((len(x), height, width, kernel.shape[3]))
    for i in range(rows):
        for j in range(cols):
            out += x[:, i : i + height, j : j + width] @ kernel[i, j]
    return out + bias


def depthwise2d(x, kernel):
    parts = [
        conv2d(x[..., c : c + 1], kernel[:, :, c : c + 1].reshape(*kernel.shape[:2], 1, -1))
        for c in range(x.shape[-1])
    ]
    return np.concatenate(parts, axis=-1)


def conv2d_transpose(x, kernel, bias=0.0):
    """Without a rim, a step of 1; the kernel is rows, columns, outputs, inputs."""
    rows, cols = kernel.shape[:2]
    out = np.zeros((len(x), x.shape[1] + rows - 1, x.shape[2] + cols - 1, kernel.shape[2]))
    for i in range(rows):
        for j in range(cols):
            out[:, i : i + x.shape[1], j : j + x.shape[2]] += x @ kernel[i, j].T
    return out + bias


def batch_norm(x, gamma, beta, mean, variance, epsilon=1e-3):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def lstm(x, kernel, recurrent, bias, gate=sigmoid):
    units = recurrent.shape[0]
    h = c = np.zeros((len(x), units))
    states = []
    for t in range(x.shape[1]):
        z = x[:, t] @ kernel + h @ recurrent + bias
        i, f, g, o = (z[:, k * units : (k + 1) * units] for k in range(4))
        c = gate(f) * c + gate(i) * np.tanh(g)
        h = gate(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1)


def gru(x, kernel, recurrent, bias, gate=sigmoid, reset_after=False):
    units = recurrent.shape[0]
    h = np.zeros((len(x), units))
    first, second = (bias[0], bias[1]) if reset_after else (bias, np.zeros_like(bias))
    states = []
    for t in range(x.shape[1]):
        a = x[:, t] @ kernel + first
        b = h @ recurrent + second
        z, r = gate(a[:, :units] + b[:, :units]), gate((a + b)[:, units : 2 * units])
        inner = r * b[:, 2 * units :] if reset_after else (r * h) @ recurrent[:, 2 * units :]
        h = z * h + (1 - z) * np.tanh(a[:, 2 * units :] + inner)
        states.append(h)
    return np.stack(states, axis=1)


def simple_rnn(x, kernel, recurrent, bias):
    h = np.zeros((len(x), recurrent.shape[0]))
    states = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
        states.append(h)
    return np.stack(states, axis=1)

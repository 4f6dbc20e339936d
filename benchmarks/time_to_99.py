"""How many seconds until 99 of 100 handwritten digits are read?

    python benchmarks/time_to_99.py             three seeds of both sides: about a quarter of an hour on two cores

The recipe `mnist_fast` beside the example `mnist_convnet` of keras.io (two convolutions with pooling, dropout, Adam,
batches of 128, a tenth of the rows held back, 15 epochs), both from arrays in memory and each in a process of its own.
The seconds hold all from building the model to its last step, and so the compiling; what the test rows cost to look
at is left out. The example is looked at after each epoch, and its seconds are those at the first look at which it is
good enough. Where it never is, they are those of all its epochs, `reached` is 0, and the ratio is a bound: at least
so many times. Ours is planned for its end, since a cycle must end, so each target has a training of its own, and the
benchmark fails where one misses it. The example may choose its moment in hindsight; ours may not.
"""

import time

from _harness import Benchmark

TARGETS = {"99.0 %": 0.990, "99.4 %": 0.994}
OURS = {"99.0 %": (1, (24, 48, 96)), "99.4 %": (4, (32, 64, 128))}  # epochs and filters
EXAMPLE_EPOCHS = 15
SEEDS = {f"MNIST, seed {seed}": seed for seed in range(3)}


def measure(case: str, side: str) -> dict[str, float]:
    """Return the seconds to each target, and what was reached by then."""
    import zoo

    data = zoo.load_dataset("mnist", seed=SEEDS[case])
    return ours(data, SEEDS[case]) if side == "zoo" else example(data, SEEDS[case])


def ours(data, seed: int) -> dict[str, float]:
    """Train as the recipe does with all its tricks, once for each target."""
    import keras

    import zoo

    labels, values = keras.utils.to_categorical(data.train.y), {}
    for target, (epochs, filters) in OURS.items():
        begin = time.perf_counter()
        steps = epochs * -(-len(data.train) // 128)
        model = zoo.create_model(
            "cnn_fast",
            input_shape=data.input_shape,
            num_classes=data.num_classes,
            filters=filters,
            shrink="stride",
            fixed_first=True,
            margin=1,
            seed=seed,
        )
        first = zoo.by_hand.whitening_filters(data.train.x[:100], count=filters[0])
        model.get_layer("conv_1").set_weights(first)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0008, 0.7 * steps, warmup_target=0.02, warmup_steps=0.3 * steps
        )
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
        model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
        zoo.fit(model, data.train.x, labels, epochs=epochs, batch_size=128, seed=seed, verbose=0)
        values[target] = time.perf_counter() - begin
        values[f"accuracy for {target}"] = read_rightly(model, data)
    return values


def example(data, seed: int) -> dict[str, float]:
    """Train keras.io's example, and look at the test rows after each epoch."""
    import keras
    from keras import layers

    labels = keras.utils.to_categorical(data.train.y)
    keras.utils.set_random_seed(seed)
    clock = Clock(data)
    model = keras.Sequential(
        [
            keras.Input(data.input_shape),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(data.num_classes, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    rows = -(
        -len(data.train) * 9 // 10
    )  # validation_split=0.1, of which only the training costs seconds here
    look = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: clock.look(model))
    model.fit(
        data.train.x[:rows],
        labels[:rows],
        batch_size=128,
        epochs=EXAMPLE_EPOCHS,
        callbacks=[look],
        verbose=0,
    )
    values = {}
    for target, least in TARGETS.items():
        reached = [n for n, (_, accuracy) in enumerate(clock.looks) if accuracy >= least]
        at = reached[0] if reached else len(clock.looks) - 1
        values[target], values[f"accuracy for {target}"] = clock.looks[at]
        values[f"epochs for {target}"] = at + 1
        values[f"reached {target}"] = float(bool(reached))
    return values


class Clock:
    """The seconds of training so far and the accuracy, at each look; the looks take no time."""

    def __init__(self, data):
        self.data, self.looks, self.away, self.begin = data, [], 0.0, time.perf_counter()

    def look(self, model) -> None:
        now = time.perf_counter()
        accuracy = read_rightly(model, self.data)
        self.looks.append((now - self.begin - self.away, accuracy))
        self.away += time.perf_counter() - now


def read_rightly(model, data) -> float:
    """Return the share of the test rows that a model reads as what they are."""
    answers = model.predict(data.test.x, batch_size=1000, verbose=0).argmax(axis=1)
    return float((answers == data.test.y).mean())


def differs(case, values):
    """Say where ours ended below its target."""
    for target, least in TARGETS.items():
        got = values["zoo"][f"accuracy for {target}"]
        if got < least:
            return f"it was to read {target} of the test rows, and reads {got:.2%}"
    return None


BENCHMARK = Benchmark(
    __file__,
    "Seconds until MNIST is read, compiling included",
    measure,
    cases=list(SEEDS),
    sides=["zoo", "Keras"],
    units={
        **dict.fromkeys(TARGETS, "s"),
        **{
            f"{what} {target}": "" for what in ("accuracy for", "epochs for", "reached") for target in TARGETS
        },
    },
    headlines=list(TARGETS),
    goals={
        (case, target, "Keras"): least
        for case in SEEDS
        for target, least in {"99.0 %": 8, "99.4 %": 5}.items()
    },
    differs=differs,
    times=1,
)

if __name__ == "__main__":
    BENCHMARK.run()

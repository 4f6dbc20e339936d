"""How long do 64 networks take, trained together, beside one of them?

    python benchmarks/fit_many.py --times 3

`mlp` on `digits` for 40 epochs: `zoo.fit_many` of 64 seeds, ``model.fit`` of one network, and `zoo.fit` of the 64 one
after another, which is reckoned from the first four. Each time is what a person waits for: building, compiling and
training. The losses of the first seeds must be the same, together and alone.
"""

import time
from typing import Any

from _harness import Benchmark, Values

SEEDS, EPOCHS, ALONE = 64, 40, 4
CASE = f"{SEEDS} seeds of mlp on digits, {EPOCHS} epochs"


def measure(case: str, side: str) -> Values:
    import keras

    import zoo

    data = zoo.load_dataset("digits", validation_split=0.2)
    shape = {"input_shape": data.input_shape, "num_classes": data.num_classes}
    fit = {"epochs": EPOCHS, "batch_size": 32, "verbose": 0}

    def settings() -> dict[str, Any]:
        loss = "sparse_categorical_crossentropy"
        return {"optimizer": keras.optimizers.Adam(1e-3), "loss": loss, "metrics": ["accuracy"]}

    def network(seed: int) -> keras.Model:
        model = zoo.create_model("mlp", **shape, seed=seed)
        model.compile(**settings())
        return model

    network(0).fit(data.train.x, data.train.y, epochs=1, verbose=0)  # what a process does once
    begin = time.perf_counter()
    if side == "zoo":
        many = zoo.fit_many("mlp", SEEDS, data, compile=settings(), **fit, **shape)
        seconds = time.perf_counter() - begin
        losses = [float(loss) for loss in many.history["loss"][:ALONE, -1]]
    elif side == "Keras, one seed":
        judged = (data.validation.x, data.validation.y)
        network(0).fit(data.train.x, data.train.y, validation_data=judged, **fit)
        return {"the whole": time.perf_counter() - begin}
    else:
        histories = [zoo.fit(network(seed), data, seed=seed, **fit).history for seed in range(ALONE)]
        seconds = (time.perf_counter() - begin) / ALONE * SEEDS
        losses = [history["loss"][-1] for history in histories]
    return {"the whole": seconds, **{f"loss of seed {seed}": loss for seed, loss in enumerate(losses)}}


def differs(case: str, values: dict[str, Values]) -> str | None:
    names = [f"loss of seed {seed}" for seed in range(ALONE)]
    together, alone = ([values[side][name] for name in names] for side in ("zoo", "zoo.fit, one by one"))
    far = [abs(mine - theirs) for mine, theirs in zip(together, alone, strict=True)]
    return f"together {together}, alone {alone}" if max(far) > 1e-4 else None


BENCHMARK = Benchmark(
    __file__,
    "Many networks at once",
    measure,
    cases=[CASE],
    sides=["zoo", "Keras, one seed", "zoo.fit, one by one"],
    units={"the whole": "s", "loss of seed 0": ""},
    headlines=["the whole"],
    goals={(CASE, "the whole", "Keras, one seed"): 1 / 3},
    differs=differs,
    times=3,
)

if __name__ == "__main__":
    BENCHMARK.run()

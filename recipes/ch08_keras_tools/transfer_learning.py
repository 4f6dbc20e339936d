# %% [markdown]
# # Transfer learning: what a network has already seen
# Five photographs a class are too few to learn what an edge or a wheel looks like, and enough to tell things apart
# for a network that knows it already. One network learns six classes from 3,000 photographs; its body then moves
# to four classes that it has never seen.
#
# Data: CIFAR-10, photographs of 32x32 pixels (`cifar10_small.tar` in `ZOO_DATA_DIR`). Expect about 40 % from scratch
# (guessing: 25 %) and ten points more with the borrowed body, in two minutes. Source: the deck, "keras.applications".

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run transfer_learning --weights imagenet`
run = zoo.Run(
    "transfer_learning",
    rows=0,
    photographs=5,
    seeds=3,
    epochs=12,
    learning_rate=3e-3,
    backbone="MobileNet",
    weights="",
    seed=0,
)

# %% [markdown]
# ## The source: six classes, many photographs
# Every photograph comes also in its mirror image: a dog that looks the other way is still a dog. The body is three
# convolutions; the mean of each filter over the picture says what is there, and no longer where.

# %%
target_classes = ("automobile", "cat", "horse", "truck")
others = ("airplane", "bird", "deer", "dog", "frog", "ship")
source = zoo.load_dataset("cifar10_small", classes=others, train_size=run.rows, seed=run.seed)
target = zoo.load_dataset("cifar10_small", classes=target_classes, seed=run.seed)
run.keep("target", zoo.plots.samples(target.train, class_names=target_classes, columns=12))
shape = {"input_shape": (32, 32, 3), "filters": (32, 64, 128), "hidden": (), "batch_normalization": True}
body = zoo.create_model("cnn", num_classes=6, **shape, seed=run.seed).layers[:-2]
image, mean = keras.Input((32, 32, 3), name="image"), keras.layers.GlobalAveragePooling2D(name="mean")
first = keras.Sequential([image, *body, mean, keras.layers.Dense(6, "softmax", name="head")])
x, y = np.concatenate([source.train.x, source.train.x[:, :, ::-1]]), np.tile(source.train.y, 2)
falling = keras.optimizers.schedules.CosineDecay(run.learning_rate, run.epochs * -(-len(x) // 64))
first.compile(keras.optimizers.Adam(falling), "sparse_categorical_crossentropy", metrics=["accuracy"])
zoo.fit(first, x, y, epochs=run.epochs, batch_size=64, seed=run.seed)
print(f"the six source classes: {zoo.evaluate(first, source.test)['accuracy']:.1%} of the test photographs")

# %% [markdown]
# ## The target: four classes, a few photographs
# From scratch: nothing borrowed. A network of `keras.applications`, frozen: by default with random weights, which know
# nothing, or with ImageNet's (`--weights imagenet`), or a file's. Frozen: the body from above, and a new last layer.
# Fine-tuned: on from there, all learning at a tenth of the rate, but batch normalisation, which few rows would upset.

# %%
accuracies = {"from scratch": [], run.backbone: [], "frozen": [], "fine-tuned": []}
for draw in range(run.seeds):
    order = np.random.default_rng(run.seed + draw).permutation(len(target.train))
    few = np.concatenate([order[target.train.y[order] == k][: run.photographs] for k in range(4)])
    x, y = target.train.x[few], target.train.y[few]
    x, y = np.concatenate([x, x[:, :, ::-1]]), np.tile(y, 2)
    for way, reached in accuracies.items():
        if way == run.backbone:
            options = {"backbone": way, "weights": run.weights or None, "resize": 96 if run.weights else None}
            model = zoo.create_model("application", input_shape=(32, 32, 3), num_classes=4, **options)
        elif way != "fine-tuned":  # which goes on with the frozen model
            layers = zoo.create_model("cnn", num_classes=4, **shape, seed=run.seed + draw).layers[:-2]
            model = keras.Sequential([image, *layers, mean, keras.layers.Dense(4, "softmax", name="head")])
        if way == "frozen":
            for layer, borrowed in zip(layers, body, strict=True):
                layer.set_weights(borrowed.get_weights())
                layer.trainable = False
        if way == "fine-tuned":
            for layer in model.layers:
                layer.trainable = not layer.name.endswith("_norm")
        rate = run.learning_rate / (10 if way == "fine-tuned" else 1)
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = zoo.fit(model, x, y, epochs=4 * run.epochs, batch_size=16, verbose=0, seed=run.seed)
        reached.append(zoo.evaluate(model, target.test)["accuracy"])
        print(f"draw {draw + 1}, {way}: {reached[-1]:.1%} of the test photographs")

# %% [markdown]
# ## What the borrowed body is worth
# A bar is the mean of the draws, a point one draw, the dashed line guessing. Fine-tuning loses a little of what was
# borrowed. And it is no law: with 20 photographs each of frog, horse, ship and truck, starting afresh did as well.

# %%
axes = Figure(figsize=(6, 2.6), layout="constrained").add_subplot()
means = {way: float(np.mean(reached)) for way, reached in accuracies.items()}
axes.barh(list(means), list(means.values()), color=["#777777", "#777777", "#0072B2", "#0072B2"], height=0.6)
for way, reached in accuracies.items():
    axes.plot(reached, [way] * run.seeds, "o", color="#222222", markersize=4)
axes.axvline(0.25, color="#D55E00", linestyle="--")
axes.set(xlim=(0, 1), ylim=(3.5, -0.5), xlabel=f"accuracy after {run.photographs} photographs a class")
run.keep("worth", axes.figure)
metrics = {f"{way.replace(' ', '_').replace('-', '_')}_accuracy": mean for way, mean in means.items()}
metrics["gain"] = means["frozen"] - means["from scratch"]
run.finish(model, history, target, metrics=metrics, expect={"gain": 0.05})

# %% [markdown]
# # Transfer learning: what a network has already seen
# Five photographs a class are too few to learn what an edge or a wheel looks like, and enough to tell things apart
# for a network that knows it already. One network learns six classes from 3,000 photographs; its body then moves
# to four classes that it has never seen.
#
# Data: photographs of CIFAR-10, 32x32 pixels, from `cifar10_small.tar` in `ZOO_DATA_DIR`. Expect about 40 % right
# from scratch, where guessing gives 25 %, and ten points more with the borrowed body, in one to two minutes.
# Source: the deck, "keras.applications".

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
loss = "sparse_categorical_crossentropy"
first = keras.Sequential([image, *body, mean, keras.layers.Dense(6, "softmax", name="head")])
x, y = np.concatenate([source.train.x, source.train.x[:, :, ::-1]]), np.tile(source.train.y, 2)
falling = keras.optimizers.schedules.CosineDecay(run.learning_rate, run.epochs * -(-len(x) // 64))
first.compile(keras.optimizers.Adam(falling), loss, metrics=["accuracy"])
history = zoo.fit(first, x, y, epochs=run.epochs, batch_size=64, seed=run.seed)
print(f"the six source classes: {zoo.evaluate(first, source.test)['accuracy']:.1%} of the test photographs")

# %% [markdown]
# ## The target: four classes, a few photographs
# From scratch: the same network, nothing borrowed. A network of `keras.applications`, frozen: as good as its
# weights, which are ImageNet's with `--weights imagenet`, those of a file, or random by default, and then it knows
# nothing. Frozen: the body from above as it is, with a new last layer. Fine-tuned: from there the body may change
# too, in steps a tenth as large, but for its batch normalisation, which so few photographs would only upset.

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
        elif way != "fine-tuned":
            layers = zoo.create_model("cnn", num_classes=4, **shape, seed=run.seed + draw).layers[:-2]
            model = keras.Sequential([image, *layers, mean, keras.layers.Dense(4, "softmax", name="head")])
        for old, new in zip(body, layers, strict=True):
            if way == "frozen":
                new.set_weights(old.get_weights())
            new.trainable = way != "frozen" and not (way == "fine-tuned" and new.name.endswith("_norm"))
        rate = run.learning_rate / (10 if way == "fine-tuned" else 1)
        model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
        zoo.fit(model, x, y, epochs=4 * run.epochs, batch_size=16, verbose=0, seed=run.seed)
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

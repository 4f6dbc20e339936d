# %% [markdown]
# # Wide and deep: what each path of a network sees
# A table of flats has numbers (area, age) and words (district, kind). The wide path is a linear model with a
# weight for each word and for each pair of district and kind: it remembers exceptions and cannot bend. The deep
# path turns each word into a few numbers and sends everything through hidden layers: it bends and smooths the
# exceptions away. A target is a weighted sum of both, and both learn together.
#
# Data: 6,000 flats made from a seed, with two targets, rent and weeks until let. Expect a mean absolute error of
# the rent of about 0.5 euros a square metre with both paths, 0.8 with the deep one alone and 1.3 with the wide one
# alone, in half a minute; 0.48 is what no column explains. Source: the deck, "functional API".

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run wide_and_deep --embedding 8`
run = zoo.Run("wide_and_deep", rows=6000, epochs=15, batch_size=64, learning_rate=2e-2, embedding=2, seed=0)

# %% [markdown]
# ## The data
# A column is an input of its own name; the words stay words. What a network must know of the columns before it
# learns, the mean and deviation of each number and the list of each column's words, is taken from the training
# rows. Scaling and lookup are layers inside, so the saved file takes a table as it came.

# %%
data = zoo.load_dataset("rents", n=run.rows, validation_split=0.1, seed=run.seed)
print(data.to_pandas().head())
columns = data.train.x
numbers = {name: (float(x.mean()), float(x.std())) for name, x in columns.items() if x.dtype.kind == "f"}
words = {name: tuple(np.unique(x).tolist()) for name, x in columns.items() if x.dtype.kind == "U"}

# %% [markdown]
# ## Three networks
# The wide path alone, the deep path alone, and both, on the same rows in the same order. Each output begins at
# its target's mean, or a thousand small steps would go into learning that a rent is about 13.

# %%
models, histories = {}, {}
for paths in ("wide", "deep", "both"):
    models[paths] = zoo.create_model(
        "wide_and_deep",
        numeric=numbers,
        categorical=words,
        targets=tuple(data.train.y),
        cross=("district", "kind"),
        paths=paths,
        embedding=run.embedding,
        hidden=(32, 16),
        seed=run.seed,
    )
    for target, y in data.train.y.items():
        models[paths].get_layer(target).bias.assign([y.mean()])
    steps = run.epochs * -(-len(data.train) // run.batch_size)  # batches an epoch, rounded up
    schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
    # For each target, by its name: the squared error to learn by, the absolute one to read.
    loss, metrics = (dict.fromkeys(data.train.y, name) for name in ("mse", "mae"))
    models[paths].compile(keras.optimizers.Adam(schedule), loss=loss, metrics=metrics)
    histories[paths] = zoo.fit(
        models[paths], data, epochs=run.epochs, batch_size=run.batch_size, verbose=0, seed=run.seed
    )
errors = {paths: zoo.evaluate(model, data.test) for paths, model in models.items()}
for paths, error in errors.items():
    print(f"{paths:>5}: the rent is missed by {error['rent_mae']:.2f}, the weeks by {error['weeks_mae']:.2f}")

# %% [markdown]
# ## What is left over
# A mean mistake that depends on a column is something that the network does not see. Above, the rent's mistake
# against the house's age: the wide path draws a straight line through a valley. Below, a square for each pair of
# district and kind: the deep path leaves the exceptions standing, red where the flats are dearer than it thinks,
# blue where they are cheaper.

# %%
figure = Figure(figsize=(11, 8), layout="constrained")
panels = figure.subplots(2, 3, sharey="row", sharex="row", height_ratios=(1, 2))
age = data.test.x["age"].ravel()
place = [np.searchsorted(words[name], data.test.x[name].ravel()) for name in ("district", "kind")]
for (paths, model), (above, below) in zip(models.items(), panels.T, strict=True):
    # Called like a function, a model takes words as they are; Keras' own predict wants them as tensors.
    left = (data.test.y["rent"] - np.asarray(model(data.test.x)["rent"])).ravel()
    above.plot(age, left, ".", color="#bbbbbb", markersize=3)
    decade = np.minimum(age // 10, 11)
    above.plot(np.arange(12) * 10 + 5, [left[decade == d].mean() for d in range(12)], "o-", color="#D55E00")
    above.set(title=f"{paths}: missed by {errors[paths]['rent_mae']:.2f}", xlabel="age of the house, years")
    total, count = np.zeros((16, 5)), np.zeros((16, 5))
    np.add.at(total, tuple(place), left)
    np.add.at(count, tuple(place), 1)
    below.imshow(total / np.maximum(count, 1), cmap="RdBu_r", vmin=-3, vmax=3, aspect="auto")
    below.set_xticks(range(5), words["kind"], rotation=20)
panels[0, 0].set_ylabel("true rent less predicted")
panels[1, 0].set_yticks(range(16), words["district"])
run.keep("what_each_path_misses", figure)

# %%
figures = {"wide_rent_mae": errors["wide"]["rent_mae"], "deep_rent_mae": errors["deep"]["rent_mae"]}
run.keep("predictions", zoo.plots.predictions(models["both"], data.test))
run.finish(models["both"], histories["both"], data, metrics=figures, expect={"test_rent_mae": 0.58})

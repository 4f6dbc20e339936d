# %% [markdown]
# # A stranger's handwriting, from a picture of any size
# The deck ends with a digit drawn in Paint. MNIST was written in America with one kind of pen; strangers draw ones
# with a foot, crossed sevens, pointed zeros, with a mouse one pixel wide or a brush that fills the holes. So the
# network's first layer lays every drawing as MNIST's lie, with a pen of one width, and the rest learns from MNIST
# bent and redrawn, from digits drawn stroke by stroke, and from letters and scribbles: of these it learns to be unsure.
#
# Data: MNIST, or the built-in 8x8 digits where its file is missing. Expect 90 % of the test digits or more, and 80 % of
# them redrawn by strangers, with the few rows of the default, in a minute; the finished weights took all rows.
# Source: the deck, "predict", its exercise with Paint; Hendrycks, Mazeika and Dietterich (2019) on what is no digit;
# Guo, Pleiss, Sun and Weinberger (2017) on temperature.

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run handwriting --rows 0 --epochs 8`
run = zoo.Run("handwriting", rows=2000, epochs=6, batch_size=128, learning_rate=6e-3, dropout=0.25, seed=0)
data = zoo.load_dataset(
    "mnist", fallback=("digits",), train_size=run.rows, validation_split=1 / 30, seed=run.seed
)
model = zoo.create_model("handwriting", dropout=run.dropout, seed=run.seed)
reader = model.get_layer("reader")
canvas = keras.Model(model.input, model.get_layer("canvas").output)
canvas.compile(jit_compile=False)  # XLA would compile anew for each size of sheet

# %% [markdown]
# ## What the network sees
# Each digit bent and redrawn, others drawn stroke by stroke, and what is no digit, all through the first layer. A
# digit's target is 1 for its class; what is no digit has a tenth for each.


# %%
def seen(split, seed):
    batches = zoo.datasets.strangers(split.x, split.y, seed=seed)
    sheets, targets = zip(*((canvas.predict_on_batch(x), y) for x, y in batches), strict=True)
    return np.concatenate(sheets), np.concatenate(targets)


x, y = seen(data.train, seed=run.seed)
is_digit = y.max(axis=1) == 1
run.keep("seen", zoo.plots.samples(zoo.Split(x[is_digit], y[is_digit].argmax(axis=1)), rows=5))

# %% [markdown]
# ## Learning

# %%
reader.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
cycle = zoo.OneCycle(run.learning_rate)
history = zoo.fit(reader, x, y, epochs=run.epochs, batch_size=run.batch_size, callbacks=cycle, seed=run.seed)

# %% [markdown]
# ## Sure, and how sure
# A network is surer than it is right. Its last layer is divided by the temperature at which its probabilities fit
# the rows set aside best: the mean of $-\log p$ of what is there is least.

# %%
few = run.rows // 4 or None  # rows to judge by, where only some are learned from
x, y = seen(zoo.Split(data.validation.x[:few], data.validation.y[:few]), seed=run.seed + 1)
scores = np.log(np.maximum(reader.predict(x, verbose=0), 1e-9))


def misfit(heat):
    return np.mean(np.log(np.exp(scores / heat).sum(axis=1)) - (y * scores / heat).sum(axis=1))


temperature = min(np.linspace(0.5, 3, 51), key=misfit)
last = reader.get_layer("probability")
last.set_weights([weights / temperature for weights in last.get_weights()])

# %% [markdown]
# ## Judged
# Test digits as strangers draw them: how many are read right, how far confidence is from the share that is right, and
# how many are kept by the threshold that one in twenty letters or scribbles passes.

# %%
test = zoo.Split(data.test.x[:few], data.test.y[:few])
x, y = seen(test, seed=run.seed + 2)
shares = reader.predict(x, verbose=0)
sure, is_digit = shares.max(axis=1), y.max(axis=1) == 1
right = (shares.argmax(axis=1) == y.argmax(axis=1)) & is_digit
step = np.digitize(sure[is_digit], np.linspace(0, 1, 11)[1:-1])
error = sum(abs(np.sum((sure[is_digit] - right[is_digit])[step == k])) for k in range(10)) / is_digit.sum()
threshold = np.quantile(sure[~is_digit], 0.95)
metrics = {
    "test_stranger_accuracy": right[is_digit].mean(),
    "test_calibration_error": error,
    "test_kept_at_5_percent_false_alarms": (right & (sure > threshold))[is_digit].mean(),
    "threshold_at_5_percent_false_alarms": threshold,
    "temperature": temperature,
}
print({name: round(float(value), 4) for name, value in metrics.items()})
run.keep("calibration", zoo.plots.calibration(sure[is_digit], right[is_digit]))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
run.keep("mistakes", zoo.plots.mistakes(model, test))
run.finish(model, history, data, test=test, metrics=metrics, expect={"test_stranger_accuracy": 0.75})

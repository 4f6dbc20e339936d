# %% [markdown]
# # Two inputs, two outputs
# A Sequential model is one row of layers. The functional API calls a layer like a function, so a network can
# have a branch for each input, join them, and part again into several outputs, each with a loss of its own.
#
# Data: made from a seed. Two hidden numbers, $a$ from the first input and $b$ from the second; the targets are
# their sum and their product, so each output needs both inputs. Expect an R² of about 0.99 for both, in some
# ten seconds. Source: the deck, "functional API".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run two_in_two_out --noise 0.5`
run = zoo.Run("two_in_two_out", rows=4000, noise=0.05, epochs=25, batch_size=64, learning_rate=3e-3, seed=0)

# %% [markdown]
# ## The data
# Inputs and targets are dictionaries: each array goes where its name says.

# %%
data = zoo.load_dataset("two_in_two_out", n=run.rows, noise=run.noise, validation_split=0.15, seed=run.seed)
print(data)

# %% [markdown]
# ## The network
# The outputs carry the targets' names, so their losses and metrics can be read: `total_loss`, `product_mae`.

# %%
model = zoo.create_model("two_in_two_out", output_names=tuple(data.train.y))
model.summary()
steps = run.epochs * -(-len(data.train) // run.batch_size)
schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
model.compile(
    keras.optimizers.Adam(schedule),
    loss={"total": "mse", "product": "mse"},
    metrics={"total": ["mae"], "product": ["mae"]},
)
history = zoo.fit(
    model,
    data,
    epochs=run.epochs,
    batch_size=run.batch_size,
    callbacks=zoo.early_stopping(patience=8),
    seed=run.seed,
)
zoo.plots.curves(history)

# %% [markdown]
# ## Does it use both inputs?
# Shuffle one of them among the test rows: if an output does not need it, its error stays where it is.

# %%
whole = zoo.evaluate(model, data.test)
order = np.random.default_rng(run.seed).permutation(len(data.test))
for name in data.test.x:
    shuffled = zoo.evaluate(model, {**data.test.x, name: data.test.x[name][order]}, data.test.y)
    for output in data.test.y:
        before, after = whole[f"{output}_mae"], shuffled[f"{output}_mae"]
        print(f"{name} shuffled: mean absolute error of {output} {before:.3f} -> {after:.3f}")

# %%
run.keep("predictions", zoo.plots.predictions(model, data.test))
run.finish(model, history, data, expect={"test_total_mae": 0.1, "test_product_mae": 0.15})

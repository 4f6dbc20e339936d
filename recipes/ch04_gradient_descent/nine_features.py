# %% [markdown]
# # Nine weights at once
# With nine features there are ten parameters, and the eight neighbours have become 59,048. The gradient still needs
# only one slope for each parameter. Every weight takes a step against its own slope, all at the same time, and all of
# them arrive: some after a hundred updates, the last ones after thousands.
#
# Data: forty rows of nine numbers, printed in the deck. Expect the weights 0, 1, ..., 8 and the bias 9, from which the
# deck made its targets, to three decimals and more, and Keras on the very same path, in twenty seconds.
# Source: the deck, "9維資料線性回歸" (linear regression of data with 9 features).

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run nine_features --rates 0.5,0.62,0.63`
run = zoo.Run("nine_features", rates=(0.5, 0.1, 0.01), updates=5000, epochs=100, animation=True, seed=0)

# %% [markdown]
# ## The data
# All forty rows are for learning, as in the deck. It does not say where its targets come from.

# %%
data = zoo.load_dataset("nine_features", test_split=0)
print(data.to_pandas().drop(columns="split").head())

# %% [markdown]
# ## Descent
# $\frac{\partial L}{\partial w_j} = \frac{2}{n} \sum_i (w \cdot x_i + b - y_i) x_{ij}$, and each $w_j$ moves by minus
# $\eta$ times half of that: like the deck, `zoo.by_hand` leaves out the 2. The largest rate that does not explode on
# this table is 0.623, and the deck's 0.5 is close to it.

# %%
traces = {}
for rate in run.rates:
    descent = zoo.by_hand.LinearRegression(
        "gradient_descent", learning_rate=rate, max_iter=run.updates, tol=0
    )
    descent.fit(data.train.x, data.train.y)
    traces[f"rate {rate:g}"] = descent.trace_
    print(f"Rate {rate:g}: loss {descent.trace_.loss[-1]:.2g}, weights {descent.coef_.round(2)}")
run.keep("descents", zoo.plots.descents(traces))

# %% [markdown]
# ## The weights on their way
# The loss falls in two stages. Within ten updates the predictions have the right height, for which any weights will
# do that are large enough together. Sorting out which weight has which share is the flat part of the bowl, three
# hundred times as flat as the steep one, and takes as many times as long.

# %%
first = traces[f"rate {run.rates[0]:g}"]
truth = np.arange(9.0)
if run.animation:

    def weights_over_features(theta, feature):
        return np.interp(feature, truth, theta[:-1])

    film = {"axis_names": ("feature", "weight"), "spacing": "geometric"}
    weights = zoo.plots.line_fit_animation(truth, truth, traces, curve=weights_over_features, **film)
    run.keep("weights.gif", weights)

# %% [markdown]
# ## Keras computes the same
# The same start, all weights zero, and the same rows at once; since Keras' mean squared error keeps the 2, half the
# rate. Then it is not only the end that is the same: so are the weights after each update.

# %%
model = zoo.create_model("linear", input_shape=data.input_shape)
model.set_weights([np.zeros(array.shape) for array in model.get_weights()])
model.compile(keras.optimizers.SGD(run.rates[0] / 2), "mse")
history = zoo.fit(model, data, epochs=run.epochs, batch_size=len(data.train), verbose=0)
keras_weights = np.concatenate([array.ravel() for array in model.get_weights()])

errors = {
    "weight_error": np.abs(first.parameters[-1] - np.append(truth, 9)).max(),
    "keras_weight_error": np.abs(first.parameters[run.epochs] - keras_weights).max(),
}
print(f"After {run.epochs} updates Keras is {errors['keras_weight_error']:.0e} away from the path by hand.")
run.finish(model, history, data, metrics=errors, expect={"weight_error": 1e-4, "keras_weight_error": 1e-4})

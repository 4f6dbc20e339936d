# %% [markdown]
# # A curve by linear regression
# A polynomial is a curve in x, but in its coefficients it is as straight as a line: $a_1 x + a_2 x^2 + ...$ is linear
# regression on the columns $x, x^2, ...$. So the same descent finds it. The curve is right long before its
# coefficients are, because on 0..1 the powers of x resemble one another and can stand in for one another.
#
# Data: a hundred numbers printed in the deck, and the polynomial x + 2 x^2 + 3 x^3 + 4 x^4. Expect a loss below 1e-6
# after the deck's 10,000 updates, with coefficients up to 0.1 off, and none left by the formula, in twenty seconds.
# Source: the deck, "多項式回歸" (polynomial regression).

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run polynomial_regression --degree 8`
run = zoo.Run(
    "polynomial_regression",
    degree=4,
    learning_rate=1.0,
    updates=10_000,
    epochs=100,
    animation=True,
    seed=0,
)

# %% [markdown]
# ## The data, and how much of a curve it takes
# A line (degree 1) misses the bend, a parabola most of it; from degree 4 on nothing is missed.

# %%
data = zoo.load_dataset("polynomial", test_split=0)
x, y = data.train.x, data.train.y
curves = {}
for degree in (1, 2, run.degree):
    formula = zoo.by_hand.PolynomialRegression(degree).fit(x, y)
    curves[f"degree {degree}"] = formula.trace_
    print(f"Degree {degree}: loss {formula.trace_.loss[-1]:.1e}")
run.keep("degrees", zoo.plots.line_fit(x, y, curves))

# %% [markdown]
# ## Descent
# All coefficients start at zero. $\frac{\partial L}{\partial a_j} = \frac{2}{n} \sum_i (f(x_i) - y_i) x_i^j$, the 2
# left out as in the deck.

# %%
descent = zoo.by_hand.PolynomialRegression(
    run.degree, solver="gradient_descent", learning_rate=run.learning_rate, max_iter=run.updates, tol=0
)
trace = descent.fit(x, y).trace_
for update in (0, 10, 100, 1000, run.updates):
    row = min(np.searchsorted(trace.update, update), len(trace) - 1)
    print(f"Update {trace.update[row]:,}: loss {trace.loss[row]:.1e}, {trace.parameters[row].round(2)}")
run.keep("descent", zoo.plots.descents({f"rate {run.learning_rate:g}": trace}))
if run.animation:
    path = {"by hand": trace}
    run.keep("curve.gif", zoo.plots.line_fit_animation(x, y, path, spacing="geometric", most_frames=50))

# %% [markdown]
# ## Keras computes the same
# The model is the linear one again; only its inputs are powers, from `zoo.by_hand.PolynomialFeatures`. From the same
# start and with half the rate (Keras keeps the 2) it is on the same path, update for update.

# %%
powers = zoo.by_hand.PolynomialFeatures(run.degree).fit_transform(x)
model = zoo.create_model("linear", input_shape=(run.degree,))
model.set_weights([np.zeros(array.shape) for array in model.get_weights()])
model.compile(keras.optimizers.SGD(run.learning_rate / 2), "mse")
history = zoo.fit(model, powers, y, epochs=run.epochs, batch_size=len(y), verbose=0)
keras_weights = np.concatenate([array.ravel() for array in model.get_weights()])

truth = np.array([1, 2, 3, 4])[: run.degree]
errors = {
    "descent_loss": trace.loss[-1],
    "formula_error": np.abs(formula.coef_[:4] - truth).max(),
    "weight_error": np.abs(trace.parameters[run.epochs] - keras_weights).max(),
}
print(f"After {run.epochs} updates Keras is {errors['weight_error']:.0e} away from the path by hand.")
run.finish(
    model,
    history,
    data,
    metrics=errors,
    expect={"descent_loss": 1e-6, "formula_error": 1e-4, "weight_error": 1e-4},
)

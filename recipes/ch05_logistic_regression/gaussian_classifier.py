# %% [markdown]
# # Two tribes and their heights: a bell for each class
# Someone is 162 cm tall: of which of two tribes? Fit a bell (a Gaussian distribution) to the heights of each, with as
# much area as the tribe has people, and see whose bell is higher at 162. This classifier learns nothing step by step:
# middles, widths and sizes come from formulas. If the bells are equally wide, its answer is a sigmoid of a straight
# line, and that is how the deck arrives at logistic regression.
#
# Data: 1,000 people of two tribes, made from a seed. Expect a straight boundary, right for 9 of 10, one that is curved
# and a little better, and a logistic regression that judges 19 of 20 as the straight one does, in a quarter of a
# minute. Source: the deck, "Logistic Regression", from the two tribes to $P_0(x) = \sigma(w \cdot x + b)$.

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run gaussian_classifier --rows 100`
run = zoo.Run("gaussian_classifier", rows=1000, epochs=20, batch_size=25, learning_rate=0.03, seed=0)

# %% [markdown]
# ## Two tribes
# Tribe x is smaller, in number and in height, and its people are much alike; tribe y is mixed.

# %%
random = np.random.default_rng(run.seed)
tribe = (random.random(run.rows) < 0.6).astype("int64")
of_x = random.multivariate_normal([156, 50], [[20, -8], [-8, 25]], run.rows)
of_y = random.multivariate_normal([170, 68], [[90, 40], [40, 120]], run.rows)
people = zoo.Split(np.where(tribe[:, None], of_y, of_x), tribe)
heights = zoo.Split(people.x[:, :1], tribe)
class_names, feature_names = ("tribe x", "tribe y"), ("height, cm", "weight, kg")

# %% [markdown]
# ## The best bell
# How good is a bell for some heights? The deck multiplies its values at all of them: $\prod_k f_{\mu, \sigma}(k)$. The
# best has the heights' own mean as $\mu$ and their own deviation as $\sigma$. Shift or widen it, and it gets worse:
# here in logarithms, for a product of hundreds of small numbers is too small to write down.

# %%
h = heights.x[tribe == 0, 0]
for shift, widen in ((0, 1), (1, 1), (0, 1.2)):
    mu, sigma = h.mean() + shift, widen * h.std()
    goodness = -np.sum((h - mu) ** 2 / (2 * sigma**2) + np.log(sigma * np.sqrt(2 * np.pi)))
    print(f"{shift} cm to the right, {widen} times as wide: ln(goodness) = {goodness:.1f}")

# %% [markdown]
# ## By height
# $P(x \mid h) = n_x f_x(h) / (n_x f_x(h) + n_y f_y(h))$: the share of x's bell in both. The dashed lines stand where
# the bells cross. There are two: far to the left the wide bell is the higher one again, and a very small person is
# taken for one of the mixed tribe.

# %%
by_height = zoo.by_hand.GaussianClassifier("separate").fit(heights.x, tribe)
for tall in (150, 162, 175):
    print(f"{tall} cm: {class_names[0]} with probability {by_height.predict_proba([[tall]])[0, 0]:.2f}")
run.keep("bells", zoo.plots.bells(by_height, heights, class_names=class_names, feature_name=feature_names[0]))

# %% [markdown]
# ## By height and weight
# Now a bell is a hill over the plane, and its width a matrix, the *covariance*: how much each of the two numbers
# varies, and whether they do so together. Let both tribes share one covariance, and the boundary is straight; give
# each its own, and it is a curve round the tribe that is much alike.

# %%
names = {"class_names": class_names, "feature_names": feature_names}
bells = {kind: zoo.by_hand.GaussianClassifier(kind).fit(people.x, tribe) for kind in ("shared", "separate")}
for kind, bell in bells.items():
    print(f"{kind} covariance: {bell.score(people.x, tribe):.1%} of the people")
    run.keep(f"boundary_{kind}", zoo.plots.boundary(bell, people, **names))

# %% [markdown]
# ## Keras computes the same
# With a shared covariance $P(y \mid x) = \sigma(w \cdot x + b)$: a neuron given these weights says the same. One that
# learns from the people, and never heard of bells, judges nearly all of them alike. It is right a little more often,
# for these tribes do not share a covariance: the bells believe that they do, logistic regression need not.
# (Both see height and weight less their mean and divided by their deviation, so that one learning rate suits both.)

# %%
scaled = (people.x - people.x.mean(axis=0)) / people.x.std(axis=0)
bell = zoo.by_hand.GaussianClassifier("shared").fit(scaled, tribe)
says = bell.predict_proba(scaled)[:, 1]
model = zoo.create_model("logistic_regression", input_shape=(2,))
model.set_weights([(bell.coef_[1] - bell.coef_[0])[:, None], bell.intercept_[1:] - bell.intercept_[:1]])
given = model.predict(scaled, verbose=0)[:, 0]

model = zoo.create_model("logistic_regression", input_shape=(2,), seed=run.seed)
model.compile(keras.optimizers.Adam(run.learning_rate), "binary_crossentropy", metrics=["accuracy"])
history = zoo.fit(
    model, scaled, tribe, epochs=run.epochs, batch_size=run.batch_size, verbose=0, seed=run.seed
)
learned = model.predict(scaled, verbose=0)[:, 0]
for name, p in {"bells": says, "given weights": given, "learned weights": learned}.items():
    surprise = -np.log(np.where(tribe, p, 1 - p)).mean()
    print(f"{name}: {np.mean((p > 0.5) == tribe):.1%} right, cross entropy {surprise:.3f}")
alike = np.mean((learned > 0.5) == (says > 0.5))
figures = {"judged_alike": alike, "probability_error": np.abs(given - says).max()}
print(f"given: at most {figures['probability_error']:.0e} apart; learned: {alike:.1%} judged alike")
run.finish(model, history, metrics=figures, expect={"judged_alike": 0.94, "probability_error": 1e-6})

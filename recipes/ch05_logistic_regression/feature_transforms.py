# %% [markdown]
# # Feature transforms: a straight line in other numbers
# Logistic regression draws straight lines, and no straight line parts a disc from the ring round it, quadrants that lie
# across from each other, or two spirals. But it need not be given $x$ and $y$. Given the distance from the middle, or
# the product $x y$, it finds the best place to cut among those numbers; seen in the plane, that is a circle, or nearly
# a cross.
#
# Data: 1,000 points of each kind, made from a seed, in place of the deck's `feature_extraction1` to `3`. Expect about
# a coin's 50 % from a straight line on the ring (the deck: 45.77 %) and 97 % from the distance (the deck: 95.6 %), in a
# quarter of a minute. Source: the deck, "Disadvantage of Logistic Regression" and "feature transformation".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run feature_transforms --rows 200`, `--no-animation`
run = zoo.Run(
    "feature_transforms", rows=1000, updates=1000, learning_rate=1.0, epochs=60, animation=True, seed=0
)

# %%
datasets = {
    title: zoo.load_dataset(f"feature_extraction{number}", n=run.rows, seed=run.seed)
    for number, title in enumerate(("ring", "quadrants", "spirals"), start=1)
}
data = datasets["ring"]
names = {"class_names": data.class_names, "feature_names": data.feature_names}

# %% [markdown]
# ## The distance from the middle
# One number a point, $r = \sqrt{x^2 + y^2}$, and one neuron with one weight, $P = \sigma(w r + b)$, as in
# `logistic_regression`: by hand, from the deck's start at its learning rate. Its boundary is a single distance, $r =
# -b / w$: a circle that finds its size.

# %%
distance = zoo.by_hand.RadiusFeatures().fit(data.train.x)
r = distance.transform(data.train.x)
circle = zoo.by_hand.LogisticRegression(learning_rate=run.learning_rate, start=(0.1, 1), max_iter=run.updates)
circle.fit(r, data.train.y)
print(f"radius of the circle: {-circle.intercept_[0] / circle.coef_[0, 0]:.3f}, where the disc's is 2.5")
if run.animation:
    path = circle.trace_.parameters
    rows = np.unique(np.geomspace(1, len(path), 40).astype(int)) - 1
    moments = {}
    for n in rows.tolist():
        moments[n] = lambda p, n=n: 1 / (1 + np.exp(-(path[n, 0] * distance.transform(p)[:, 0] + path[n, 1])))
    run.keep("circle.gif", zoo.plots.boundary_animation(moments, data.train, unit="update", **names))

# %% [markdown]
# ## Every transform on every kind
# Newton's method finds the best line among the new numbers in few updates. *Polynomial 2* gives it all products of up
# to two factors, $x, y, x^2, xy, y^2$: in these every circle and every cross is a straight line. The transform has to
# suit the data: the spirals resist all but the last, with 20 products of up to five factors.

# %%
transforms = {
    "coordinates": zoo.by_hand.PolynomialFeatures(1),
    "distance": distance,
    "product": zoo.by_hand.ProductFeatures(),
    "polynomial 2": zoo.by_hand.PolynomialFeatures(2),
    "polynomial 5": zoo.by_hand.PolynomialFeatures(5),
}
lines, right = {}, {}
for title, of in datasets.items():
    for name, transform in transforms.items():
        features = transform.fit_transform(of.train.x)
        scale = features.std(axis=0)
        line = zoo.by_hand.LogisticRegression("newton", max_iter=30).fit(features / scale, of.train.y)
        lines[title, name] = lambda p, t=transform, s=scale, of=line: of.predict_proba(t.transform(p) / s)
        right[title, name] = np.mean(lines[title, name](of.test.x).argmax(axis=1) == of.test.y)
    print(f"{title}:", ", ".join(f"{name} {right[title, name]:.1%}" for name in transforms))
for title, name in (("ring", "distance"), ("quadrants", "product"), ("spirals", "polynomial 5")):
    names["class_names"] = datasets[title].class_names
    run.keep(title, zoo.plots.boundary(lines[title, name], datasets[title].test, **names))

# %% [markdown]
# ## Keras computes the same
# The neuron on the distance, from the same start, with all rows in one batch, so that an epoch is an update. To know
# which transform to make takes someone who has seen the picture. A network with a hidden layer finds its own: `rings`.

# %%
model = zoo.create_model("logistic_regression", input_shape=(1,))
model.set_weights([np.array([[0.1]]), np.array([1.0])])
model.compile(keras.optimizers.SGD(run.learning_rate), "binary_crossentropy", metrics=["accuracy"])
history = zoo.fit(model, r, data.train.y, epochs=run.epochs, batch_size=len(r), verbose=0)
weights = np.concatenate([part.ravel() for part in model.get_weights()])
apart = np.abs(weights - circle.trace_.parameters[run.epochs]).max()
print(f"After {run.epochs} updates the weights differ by {apart:.1e}.")
test = zoo.Split(distance.transform(data.test.x), data.test.y)
figures = {"spirals_by_polynomial": right["spirals", "polynomial 5"], "weight_error": apart}
run.finish(
    model,
    history,
    data,
    test=test,
    metrics=figures,
    expect={"test_accuracy": 0.94, "spirals_by_polynomial": 0.95, "weight_error": 1e-5},
)

# %% [markdown]
# # One in twenty: why 95 % accuracy can be worthless
# One point in twenty belongs to the class that we look for, as with a rare disease. Who always says "no" is right
# for 95 %, and finds nobody. So we count otherwise: recall is the share of the rare class that is found,
# precision the share of the alarms that are true. Class weights and thresholds trade one for the other.
#
# Data: 8,000 points of two Gaussian clouds, one in twenty of the second, made from a seed. Expect a recall of about
# 55 % as it comes and 90 % with class weights, in ten seconds. Source: the deck, "Let's play", its two clouds, one
# of them made rare; the deck itself only ever has classes of one size.

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run class_imbalance --share 0.01`
run = zoo.Run("class_imbalance", rows=8000, share=0.05, epochs=15, batch_size=64, learning_rate=0.02, seed=0)

# %%
data = zoo.load_dataset("two_blobs", n=run.rows, share=run.share, test_split=0.5, seed=run.seed)
print(data)
names = {"class_names": ("common", "rare"), "feature_names": data.feature_names}
truth = data.test.y == 1
print(
    f"who always says 'common' is right for {1 - truth.mean():.1%} of the test points, with a recall of 0 %"
)

# %% [markdown]
# ## As it comes, and with class weights
# There are $(1 - \text{share}) / \text{share}$ common points to each rare one, here 19. `class_weight` lets each rare
# point count that often in the loss, so that both classes weigh the same.

# %%
weight = (1 - run.share) / run.share
models, histories, test = {}, {}, {}
for name, class_weight in {"as it comes": None, "weighted": {0: 1.0, 1: weight}}.items():
    model = zoo.create_model("logistic_regression", input_shape=(2,), seed=run.seed)
    metrics = ["accuracy", keras.metrics.Precision(name="precision"), keras.metrics.Recall(name="recall")]
    adam = keras.optimizers.Adam(run.learning_rate)
    model.compile(adam, "binary_crossentropy", metrics=metrics)
    fit = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}
    histories[name] = zoo.fit(model, data, class_weight=class_weight, **fit)
    models[name], test[name] = model, zoo.evaluate(model, data.test)
    print(name, {metric: f"{test[name][metric]:.1%}" for metric in ("accuracy", "precision", "recall")})
    file = name.replace(" ", "_")
    run.keep(f"boundary_{file}", zoo.plots.boundary(model, data.test, **names))
    run.keep(f"confusion_{file}", zoo.plots.confusion(model, data.test, class_names=names["class_names"]))

# %% [markdown]
# ## The threshold does the same
# A network says a probability; that we call it "rare" from one half on is our choice. Sort the test points by
# their probability and walk down the list: each place is a threshold, with a precision and a recall.
# Where missing a rare one costs `weight` times as much as a false alarm, an alarm pays from the probability
# $1 / (1 + \text{weight})$ on.

# %%
curves, alarm = {}, 1 / (1 + weight)
for name, model in models.items():
    probability = model.predict(data.test.x, verbose=0).ravel()
    found = np.cumsum(truth[np.argsort(-probability)])
    curves[name] = found / truth.sum(), found / np.arange(1, len(truth) + 1)
    if name == "as it comes":
        alarms = probability >= alarm
        lowered = alarms[truth].mean(), truth[alarms].mean()
print(f"as it comes, from {alarm:.2f} on: recall {lowered[0]:.1%}, precision {lowered[1]:.1%}")
with zoo.plots.drawing(5.6, 4.4) as figure:
    axes = figure.subplots(subplot_kw={"xlabel": "recall", "ylabel": "precision", "ylim": (0, 1.03)})
    for (name, curve), mark in zip(curves.items(), "o^", strict=True):
        (line,) = axes.plot(*curve, linewidth=1)
        point = test[name]["recall"], test[name]["precision"]
        axes.plot(*point, mark, color=line.get_color(), markersize=9, label=f"{name}, from 0.5 on")
    label = f"as it comes, from {alarm:.2f} on"
    axes.plot(*lowered, "s", color="#0072B2", markersize=14, fillstyle="none", label=label)
    axes.axhline(truth.mean(), color="#777777", linestyle=":", label="an alarm for everyone")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 0.1))
run.keep("precision_and_recall", figure)

# %% [markdown]
# Both curves are nearly one: the weights moved the point on it, as the threshold does, and taught the network
# nothing new. Which point is right is no question of mathematics: what does it cost to miss one, and what to alarm?

# %%
gain = {"recall_gained": test["weighted"]["recall"] - test["as it comes"]["recall"]}
run.finish(
    models["weighted"],
    histories["weighted"],
    data,
    metrics=gain,
    expect={"test_recall": 0.8, "recall_gained": 0.2},
)

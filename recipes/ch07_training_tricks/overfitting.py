# %% [markdown]
# # Learning by heart, and when to stop
# A large network and few rows: the training loss falls and falls, and at some moment the network no longer learns
# the clouds but the points, by heart. Only rows that it does not learn from can show that moment. Then: which
# rows those are matters. Keras' `validation_split` takes the last ones, and a table is often sorted.
#
# Data: 120 points of two Gaussian clouds to learn from, made from a seed, and 1,797 real digits. Expect early
# stopping to save more than half of the test loss, and a validation accuracy of 2 % from a sorted table, in half
# a minute. Source: the deck, "validation data", "overfitting?" and "early stopping".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run overfitting --rows 1000`
run = zoo.Run("overfitting", rows=120, epochs=150, batch_size=32, learning_rate=2e-3, patience=20, seed=0)

# %%
data = zoo.load_dataset("two_blobs", n=2500, validation_split=0.2, train_size=run.rows, seed=run.seed)
print(data)
names = {"class_names": data.class_names, "feature_names": data.feature_names}

# %% [markdown]
# ## To the bitter end, and with early stopping
# The same network twice, from the same start. The second time, `early_stopping` watches the validation loss; when
# it has not improved for `patience` epochs, training ends and the best weights come back.

# %%
models, histories = {}, {}
for name in ("to the end", "stopped early"):
    model = zoo.create_model("mlp", input_shape=(2,), num_classes=1, hidden=(100,) * 4, seed=run.seed)
    model.compile(keras.optimizers.Adam(run.learning_rate), "binary_crossentropy", metrics=["accuracy"])
    histories[name] = zoo.fit(
        model,
        data,
        epochs=run.epochs,
        batch_size=run.batch_size,
        callbacks=zoo.early_stopping(run.patience) if name == "stopped early" else None,
        verbose=0,
        seed=run.seed,
    )
    models[name] = model
    run.keep(f"boundary_{name.replace(' ', '_')}", zoo.plots.boundary(model, data.train, **names))
test = {name: zoo.evaluate(model, data.test) for name, model in models.items()}
for name, figures in test.items():
    print(
        f"{name}: test loss {figures['loss']:.3f}, {figures['accuracy']:.1%} of {len(data.test)} test points"
    )

# %% [markdown]
# ## The moment
# The dotted line is where the validation loss was least. Left of it training helps both curves; right of it the
# training loss falls at the cost of the other. The boundary tells the same: nearly straight at that moment, and
# at the end bent round single points, surest where it has least reason to be.

# %%
run.keep("the_moment", zoo.plots.curves(histories["to the end"]))

# %% [markdown]
# ## The last rows of a sorted table
# Sort the digits by class, as tables often are. Keras' `validation_split=0.2` takes the last fifth as it stands:
# all nines, all eights and a few sevens, so no nine and no eight is left to learn from. `zoo.fit` shuffles first,
# and takes as large a share of each class.

# %%
digits = zoo.load_dataset("digits", seed=run.seed)
order = np.argsort(digits.train.y, kind="stable")
x, y = digits.train.x[order], digits.train.y[order]
print("digits in the last fifth:", dict(enumerate(np.bincount(y[-len(y) // 5 :], minlength=10).tolist())))
sorted_histories, sorted_test = {}, {}  # keras.Model.fit(model, ...) is what model.fit(...) calls
for name, fit in {"Keras: the last rows": keras.Model.fit, "zoo: some of each class": zoo.fit}.items():
    model = zoo.create_model(
        "mlp", input_shape=digits.input_shape, num_classes=10, hidden=(64,), seed=run.seed
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    sorted_histories[name] = fit(model, x, y, epochs=min(run.epochs, 15), validation_split=0.2, verbose=0)
    sorted_test[name] = zoo.evaluate(model, digits.test)["accuracy"]
    seen = sorted_histories[name].history["val_accuracy"][-1]
    print(f"{name}: {seen:.1%} of the validation rows, {sorted_test[name]:.1%} of the test rows")

# %% [markdown]
# Both networks know the digits that they were shown. The first was shown eight of ten, and its validation curve,
# which should have guided us, says that it knows nothing at all: it has only the few sevens right.

# %%
run.keep("sorted_table", zoo.plots.compare(sorted_histories, ("accuracy", "val_accuracy")))
last_rows, some_of_each = sorted_test.values()
figures = {
    "loss_saved": 1 - test["stopped early"]["loss"] / test["to the end"]["loss"],
    "lead_of_a_shuffled_split": some_of_each - last_rows,
}
run.finish(
    models["stopped early"],
    histories["stopped early"],
    data,
    metrics=figures,
    expect={"test_accuracy": 0.86, "loss_saved": 0.5, "lead_of_a_shuffled_split": 0.12},
)

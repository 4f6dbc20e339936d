# %% [markdown]
# # The sum of two handwritten digits
# Two pictures in, three answers out: the left digit, the right digit, and their sum. One tower of convolutions
# looks at both pictures: a three is a three on either side, so its weights exist once and learn from both. This
# is what the functional API is for; a Sequential model has one way in and one way out.
#
# Data: pairs of 1,797 real digits of 8x8 pixels, built in, made so that no picture of a test pair is in a
# training pair; with `--pictures mnist` MNIST's, of 28x28. Expect about 98 % of the sums, in half a minute.
# Source: the deck, "functional API" and "CNN".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run digit_sum --rows 2000`
run = zoo.Run(
    "digit_sum",
    rows=6000,
    pictures="digits",
    epochs=10,
    batch_size=64,
    learning_rate=4e-3,
    dropout=0.3,
    seed=0,
)

# %% [markdown]
# ## The data
# Inputs and targets are dictionaries, and each array goes to the input or output of its name.

# %%
data = zoo.load_dataset("digit_sum", n=run.rows, pictures=run.pictures, validation_split=0.1, seed=run.seed)
print(data)
side_by_side = np.concatenate([data.train.x["left"], data.train.x["right"]], axis=2)
run.keep("pairs", zoo.plots.samples(zoo.Split(side_by_side, data.train.y["sum"]), rows=4, columns=5))

# %% [markdown]
# ## The network
# In the diagram of the run's folder the tower stands once, with two arrows in and two sets of arrows out. The
# answers for the digits are also teachers: they tell the tower what to look for, which the sum alone would
# hardly do.

# %%
model = zoo.create_model(
    "digit_sum", input_shape=data.input_shape["left"], dropout=run.dropout, seed=run.seed
)
model.summary()

# %% [markdown]
# ## Learning
# A loss and a metric for each output, by its name; the three losses are added. Every figure has a name that can
# be read: `left_digit_accuracy`, `sum_accuracy`.

# %%
steps = run.epochs * -(-len(data.train) // run.batch_size)  # batches an epoch, rounded up
schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
model.compile(
    keras.optimizers.Adam(schedule),
    loss=dict.fromkeys(data.train.y, "sparse_categorical_crossentropy"),
    metrics={output: ["accuracy"] for output in data.train.y},
)
history = zoo.fit(model, data, epochs=run.epochs, batch_size=run.batch_size, seed=run.seed)
zoo.plots.curves(history)

# %% [markdown]
# ## Does it add better than it reads?
# Someone who reads both digits and adds them is right when both are right: the product of the two accuracies, or
# a little more where two mistakes cancel. The third output was never told how to add: it has learned the table
# of sums from examples, and comes close to the reader, about half a point behind.

# %%
answers = {output: guess.argmax(axis=1) for output, guess in model.predict(data.test.x, verbose=0).items()}
right = {output: float(np.mean(guess == data.test.y[output])) for output, guess in answers.items()}
added = float(np.mean(answers["left_digit"] + answers["right_digit"] == data.test.y["sum"]))
product = right["left_digit"] * right["right_digit"]
print(
    f"left {right['left_digit']:.2%}, right {right['right_digit']:.2%}, the product of the two {product:.2%}"
)
print(
    f"Reading and adding is right in {added:.2%} of the pairs, the network's own sum in {right['sum']:.2%}."
)

# %% [markdown]
# ## Part of a model is a model
# From both inputs to one output of the three: a classifier of sums, with no weight copied. A mistake lies as far
# from the diagonal as a digit was misread: an eight taken for a one makes the sum seven less. The test pairs are
# made of some 360 pictures, so the intervals, which take each pair for itself, are narrower than they should be.

# %%
adder = keras.Model(model.input, model.output["sum"])
run.keep("sums", zoo.plots.confusion(adder, zoo.Split(data.test.x, data.test.y["sum"])))
figures = {"product_of_digit_accuracies": product, "read_and_added": added}
run.finish(model, history, data, metrics=figures, expect={"test_sum_accuracy": 0.96})

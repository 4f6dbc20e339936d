# %% [markdown]
# # Spoken digits: from a waveform to a word
# One second of sound at 8 kHz is 8,000 numbers, and two recordings of a word hardly share one of them. A
# spectrogram shows which frequencies sound when; there words have shapes, and a network for pictures reads them.
# It is asked two things: new words from voices it knows, and words from a voice it has never heard.
#
# Data: 3,000 recordings of zero to nine by six people (Free Spoken Digit Dataset, `fsdd.npz` in `ZOO_DATA_DIR`).
# Expect about 98 % on new recordings and 83 % on jackson's with his voice left out, in a minute or two; all six in
# turn, 73 to 95 %, by `zoo run spoken_digits --leave-out george,jackson,lucas,nicolas,theo,yweweler`.
# Source: the deck, "speech recognition".

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run spoken_digits --leave-out theo,lucas`
run = zoo.Run(
    "spoken_digits", rows=0, epochs=20, batch_size=64, learning_rate=3e-3, leave_out="jackson", seed=0
)

# %%
rows = {"train_size": run.rows, "validation_split": 0.1, "seed": run.seed}
data = zoo.load_dataset("spoken_digits", **rows)
print(data)

# %% [markdown]
# ## The network
# The spectrogram is its first layers, so it takes a waveform, also when it has been saved. Each recording is first
# brought to one loudness: here one speaker is ten times as loud as another, and that is not what makes a word.
# While learning, the picture is moved a little in time and in pitch, and noise is laid over it, so that no
# recording is seen twice and every voice is several.

# %%
settings = {"num_classes": data.num_classes, "shift": 0.05, "pitch": 0.05, "noise": 0.1}
model = zoo.create_model("spectrogram_cnn", input_shape=data.input_shape, **settings, seed=run.seed)
model.summary()

# %% [markdown]
# ## What it sees
# Each word as a waveform, and below it as the network gets it: time to the right, pitch upwards, dark is loud.

# %%
picture = keras.Model(model.inputs, model.get_layer("spectrogram").output)
words = data.test.x[[np.flatnonzero(data.test.y == digit)[0] for digit in range(10)]]
figure = Figure(figsize=(11, 6), layout="constrained")
figure.supxlabel("seconds", fontsize=10)
panels = figure.subplots(4, 5)
for digit, spectrum in enumerate(picture.predict(words, verbose=0)):
    above, below = panels[2 * (digit // 5), digit % 5], panels[2 * (digit // 5) + 1, digit % 5]
    above.plot(words[digit], linewidth=0.4)
    above.set(title=data.class_names[digit], xlim=(0, len(words[digit])), xticks=[], yticks=[])
    below.imshow(spectrum, origin="lower", aspect="auto", cmap="magma_r", extent=(0, 1, 0, 1))
    below.set(xticks=[0, 0.5], yticks=[])
run.keep("words", figure)

# %% [markdown]
# ## Learning, twice or more
# Once with all six voices; once more for each voice that is left out, from the same start.

# %%
networks, histories, accuracy, parts = {}, {}, {}, {"nobody": data}
for name in run.leave_out.split(","):
    parts[name] = zoo.load_dataset("spoken_digits", leave_out=name, **rows)
for name, part in parts.items():
    network = zoo.create_model("spectrogram_cnn", input_shape=data.input_shape, **settings, seed=run.seed)
    steps = run.epochs * -(-len(part.train) // run.batch_size)  # batches an epoch, rounded up
    falling = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
    network.compile(keras.optimizers.Adam(falling), "sparse_categorical_crossentropy", metrics=["accuracy"])
    learning = {"epochs": run.epochs, "batch_size": run.batch_size, "seed": run.seed}
    networks[name], histories[name] = network, zoo.fit(network, part, **learning)
    accuracy[name] = zoo.evaluate(network, part.test)["accuracy"]
    print(f"{name} left out: {accuracy[name]:.1%}")

# %% [markdown]
# ## Looking
# Which words are taken for which, by ears that know the voice and by ears that do not; and which voices are hard.

# %%
for name, network in networks.items():
    figure = zoo.plots.confusion(network, parts[name].test, class_names=data.class_names)
    run.keep(f"confusion_{name}_left_out", figure)
figure = Figure(figsize=(6, 3), layout="constrained")
axes = figure.add_subplot(ylabel="accuracy", ylim=(0.5, 1.02))
right = networks["nobody"].predict(data.test.x, verbose=0).argmax(axis=1) == data.test.y  # speaker by speaker
for name, known in zip(zoo.datasets.spoken_digits.SPEAKERS, right.reshape(6, -1).mean(axis=1), strict=True):
    axes.plot(name, known, "o", color="#0072B2")
    axes.plot(name, accuracy.get(name, np.nan), "s", color="#D55E00")
axes.legend(["voice known, recording new", "voice left out"], frameon=False)
run.keep("speakers", figure)
metrics = {"test_left_out_accuracy": np.mean([accuracy[name] for name in run.leave_out.split(",")])}
run.finish(
    networks["nobody"],
    histories["nobody"],
    data,
    metrics=metrics,
    expect={"test_accuracy": 0.97, "test_left_out_accuracy": 0.72},
)

# %% [markdown]
# # Spoken digits: from a waveform to a word
# One second of sound at 8 kHz is 8,000 numbers, and no two recordings of a word have one number in common. A
# spectrogram shows which frequencies sound when; there words have shapes, and a network for pictures reads them.
# It is asked two things: new words from voices it knows, and words from a voice it has never heard.
#
# Data: 3,000 recordings of zero to nine by six people (Free Spoken Digit Dataset; put `fsdd.npz` into
# `ZOO_DATA_DIR`). Expect about @@ % on new recordings, @@ % on a voice left out, in @@. All six voices in turn:
# `zoo run spoken_digits --leave-out george,jackson,lucas,nicolas,theo,yweweler`. Source: the deck, "speech recognition".

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run spoken_digits --leave-out jackson,lucas`
run = zoo.Run(
    "spoken_digits",
    rows=0,
    epochs=20,
    batch_size=64,
    learning_rate=3e-3,
    leave_out=("theo",),
    seed=0,
)

# %%
data = zoo.load_dataset("spoken_digits", train_size=run.rows, seed=run.seed)
print(data)

# %% [markdown]
# ## The network
# The spectrogram is its first layers, so it takes a waveform, also when it has been saved. Each recording is
# brought to one loudness: here one speaker is ten times as loud as another, and that is not what makes a word.
# While learning, the picture is moved a little in time and in pitch, and noise is laid over it, so that no
# recording is seen twice and every voice is several.

# %%
settings = {"num_classes": data.num_classes, "shift": 0.1, "pitch": 0.1, "noise": 0.2}
model = zoo.create_model("spectrogram_cnn", input_shape=data.input_shape, **settings, seed=run.seed)
model.summary()

# %% [markdown]
# ## What it sees
# Each word as a waveform, and below it as the network gets it: time to the right, pitch upwards, dark is loud.

# %%
picture = keras.Model(model.inputs, model.get_layer("spectrogram").output)
first = [int(np.flatnonzero(data.test.y == digit)[0]) for digit in range(10)]
shown = picture.predict(data.test.x[first], verbose=0)
figure = Figure(figsize=(12, 5.6), layout="constrained")
for digit, (waves, spectra) in enumerate(
    figure.subplots(4, 5).reshape(2, 2, 5).swapaxes(1, 2).reshape(10, 2)
):
    waves.plot(data.test.x[first[digit]], linewidth=0.4)
    waves.set(title=data.class_names[digit], xticks=[], yticks=[])
    spectra.imshow(shown[digit], origin="lower", aspect="auto", cmap="magma_r", extent=(0, 1, 0, 4))
    spectra.set(xticks=[0, 0.5, 1], yticks=[])
run.keep("words", figure)

# %% [markdown]
# ## Learning
# The same training twice or more: once with all six voices, and once without each voice that is left out.

# %%
accuracy, networks = {}, {None: (model, data)}
for speaker in run.leave_out:
    others = zoo.load_dataset("spoken_digits", leave_out=speaker, train_size=run.rows, seed=run.seed)
    fresh = zoo.create_model("spectrogram_cnn", input_shape=data.input_shape, **settings, seed=run.seed)
    networks[speaker] = (fresh, others)

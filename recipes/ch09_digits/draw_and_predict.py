# %% [markdown]
# # Your own digits: draw, prepare, predict
# The deck draws a digit in Paint, turns it light on dark, and asks the network. Drawn in the middle, large and with
# the right pen, it is read; small, in a corner, thin, thick or in chalk it is not. That is not the network's
# fault: MNIST's digits were all cropped, scaled to 20x20 pixels and centred by their mass before anyone learned
# from them, and the drawing was not.
#
# Data: MNIST, or the built-in 8x8 digits where its file is missing, to learn from; fifty drawings made here, to
# read. Expect four in ten read right as the deck does it (8x8: two), and nearly all of them once they are
# prepared; half a minute in all. Source: the deck, "predict", its exercise with Paint.

# %%
import keras
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run draw_and_predict --epochs 1`
run = zoo.Run("draw_and_predict", rows=0, epochs=2, batch_size=256, learning_rate=0.02, seed=0)
data = zoo.load_dataset("mnist", fallback=("digits",), train_size=run.rows, seed=run.seed)
laps, batch_size = {"mnist": (1, run.batch_size), "digits": (12, 32)}[data.name]  # few: more laps
shape = {"input_shape": data.input_shape, "num_classes": data.num_classes}
model = zoo.create_model("cnn_fast", **shape, seed=run.seed)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
cycle = zoo.OneCycle(run.learning_rate)
history = zoo.fit(
    model, data, epochs=laps * run.epochs, batch_size=batch_size, callbacks=cycle, seed=run.seed
)

# %% [markdown]
# ## Drawing
# The corners that a mouse goes through, for each digit, and five ways to draw: how large, how far from the lower
# left corner, how thick, in which colours, on a sheet of how many pixels.

# %%
strokes = (
    [(50, 95), (27, 80), (20, 50), (27, 20), (50, 5), (73, 20), (80, 50), (73, 80), (50, 95)],
    [(35, 75), (55, 95), (55, 5)],
    [(24, 74), (38, 92), (62, 93), (75, 76), (66, 52), (22, 6), (80, 6)],
    [(25, 88), (50, 95), (72, 82), (66, 60), (45, 52), (70, 42), (76, 20), (52, 5), (22, 13)],
    [(62, 5), (62, 95), (20, 38), (82, 38)],
    [(76, 94), (32, 94), (28, 55), (55, 60), (77, 42), (72, 16), (46, 4), (22, 13)],
    [(68, 93), (42, 72), (26, 36), (36, 9), (60, 6), (75, 27), (60, 45), (37, 40), (27, 25)],
    [(20, 93), (80, 93), (45, 5)],
    [(50, 52), (28, 72), (50, 95), (73, 73), (50, 52), (25, 27), (50, 4), (76, 28), (50, 52)],
    [(72, 76), (55, 95), (33, 86), (30, 63), (50, 52), (71, 68), (73, 80), (70, 40), (60, 5)],
)
ways = {  # size, left, bottom, thickness, ink, paper, pixels
    "as the deck": (0.72, 0.14, 0.14, 0.07, "black", "white", 28),
    "small, in a corner": (0.35, 0.05, 0.6, 0.03, "black", "white", 280),
    "a thin pen": (0.9, 0.05, 0.05, 0.012, "navy", "white", 400),
    "a thick brush": (0.7, 0.25, 0.05, 0.16, "black", "khaki", 280),
    "chalk": (0.5, 0.4, 0.4, 0.05, "white", "darkgreen", 600),
}
drawings = {}
for way, (size, left, bottom, thickness, ink, paper, pixels) in ways.items():
    for digit, corners in enumerate(strokes):
        sheet = Figure(figsize=(pixels / 100, pixels / 100), dpi=100, facecolor=paper)
        axes = sheet.add_axes((0, 0, 1, 1), xlim=(0, 1), ylim=(0, 1))
        axes.set_axis_off()
        points = size * np.array(corners) / 100 + (left, bottom)
        # A line's width is in points, 72 an inch; the sheet has 100 pixels an inch.
        axes.plot(*points.T, color=ink, linewidth=0.72 * thickness * pixels, solid_capstyle="round")
        canvas = FigureCanvasAgg(sheet)
        canvas.draw()
        drawings[way, digit] = np.asarray(canvas.buffer_rgba())

# %% [markdown]
# ## As the deck does it, and as MNIST was made
# Raw: made grey, turned light on dark, shrunk to the network's size. Prepared: `zoo.prepare_image`, which
# `zoo predict mnist_cnn my_digit.png` uses too. Above each picture stands the answer, a wrong one in red.

# %%
seen = {"raw": [], "prepared": []}
for drawing in drawings.values():
    grey = 1 - drawing[..., :3] @ np.float32([0.299, 0.587, 0.114]) / 255
    seen["raw"].append(keras.ops.image.resize(grey[..., None], data.input_shape[:2], antialias=True))
    seen["prepared"].append(zoo.prepare_image(drawing, data.input_shape))

figure, side, metrics = Figure(figsize=(11, 4.4), layout="constrained"), data.input_shape[0], {}
panels = figure.subplots(len(ways), 2)
for column, (how, images) in enumerate(seen.items()):
    answers = model.predict(np.stack(images), verbose=0).argmax(axis=1)
    metrics[f"{how}_accuracy"] = right = np.mean(answers == [digit for _, digit in drawings])
    print(f"{how}: {right:.0%} of the drawings are read right")
    for number, (way, axes) in enumerate(zip(ways, panels[:, column], strict=True)):
        row = slice(10 * number, 10 * number + 10)
        axes.imshow(np.hstack(images[row])[..., 0], cmap="gray", vmin=0, vmax=1)
        for digit, answer in enumerate(answers[row]):
            colour = "#009E73" if answer == digit else "#D55E00"
            axes.text((digit + 0.5) * side, -0.08 * side, answer, color=colour, ha="center", weight="bold")
        axes.set(xticks=[], yticks=[], ylabel="" if column else way.replace(", ", ",\n"))
        axes.yaxis.label.set(rotation=0, ha="right", va="center")
    panels[0, column].set_title(f"{how}: {right:.0%} right", pad=18)
run.keep("drawings", figure)

# %%
run.finish(model, history, data, metrics=metrics, expect={"test_accuracy": 0.96, "prepared_accuracy": 0.85})

# %% [markdown]
# # A painter and a teacher
# One network paints digits out of random numbers. Another one sees real digits and painted ones and says which
# is which; nothing else ever tells the painter what a digit is. The first try is terrible, the second has the
# right shape, the third is not exactly right, and the last can be read.
#
# Data: 1,797 real digits of 8x8 pixels, built in. Expect digits of all ten kinds, two in three of which a finished
# network reads without doubt, after half a minute. Source: the deck, "Generative adversarial network".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run gan_digits --epochs 800`, `zoo run gan_digits --latent 2`
run = zoo.Run(
    "gan_digits", rows=0, epochs=300, batch_size=128, learning_rate=3e-3, latent=32, animation=True, seed=0
)

# %%
data = zoo.load_dataset("digits", train_size=run.rows, seed=run.seed)
print(data)
reader = zoo.create_model("cnn.digits", pretrained=True)  # it judges at the end, and teaches nothing

# %% [markdown]
# ## Two networks
# The generator, our painter, makes 64 pixels of 32 random numbers. The discriminator, our teacher, makes one score
# of 64 pixels: above 0 means real. In a row they are one model, random numbers to score.

# %%
model = zoo.create_model("gan", input_shape=data.input_shape, latent=run.latent, seed=run.seed)
painter, teacher = model.get_layer("generator"), model.get_layer("discriminator")
print(f"painter: {painter.count_params():,} weights, teacher: {teacher.count_params():,}")

# %% [markdown]
# ## Opposite aims
# $G(z)$ is painted from the numbers $z$; $D$ is the score's sigmoid. At each step the teacher lessens
# $-\log D(x) - \log(1 - D(G(z)))$: real pictures get 1 (in truth 0.9, lest it grow too sure), painted ones 0. The
# painter lessens $-\log D(G(z))$: its pictures shall get 1. There are no targets, so `fit` gets pictures alone.
# A teacher who is right half of the time has nothing left to teach, so the losses settle and never reach 0; the
# learning rate falls along half a cosine, which calms the quarrel towards its end.

# %%
steps = run.epochs * -(-len(data.train) // run.batch_size)  # batches an epoch, rounded up
schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
model.compile(keras.optimizers.Adam(schedule, beta_1=0.5))  # the teacher gets one like it
recorder = zoo.SampleRecorder(count=36, every=max(1, run.epochs // 60))
options = {"epochs": run.epochs, "batch_size": run.batch_size, "seed": run.seed, "callbacks": recorder}
history = zoo.fit(model, data.train.x, **options)

# %% [markdown]
# ## From the first try to the last
# Each row but the last shows the same twelve random numbers, painted after more and more lessons.

# %%
tries = np.unique(np.geomspace(1, len(recorder.images), 7).astype(int)) - 1
rows = {recorder.labels[number]: recorder.images[number] for number in tries}
run.keep("tries", zoo.plots.image_rows({**rows, "real": data.test.x}))
if run.animation:
    run.keep("samples.gif", zoo.plots.samples_animation(recorder.images, recorder.labels))

# %% [markdown]
# ## How good is it?
# The eye is no measure, and neither is either loss. So a network that reads digits looks at a thousand painted ones:
# how often it is sure, whether all ten digits occur equally often (a painter who has found one good picture and
# paints it again and again has "collapsed"), and Fréchet's distance between what it sees in these and in real ones:
# $|\mu_1 - \mu_2|^2 + \mathrm{tr}(C_1 + C_2 - 2\sqrt{C_1 C_2})$, with mean and covariance of its last hidden layer.

# %%
eye = keras.Model(reader.inputs, reader.layers[-2].output)
noise = np.random.default_rng(run.seed).normal(size=(1000, run.latent)).astype("float32")
kinds = {
    "real, unseen": data.test.x,
    "mixed pixels": np.random.default_rng(run.seed).permuted(data.test.x, axis=0),
    "painted": painter.predict(noise, verbose=0),
}
features = eye.predict(data.train.x, verbose=0)
mean, spread = features.mean(axis=0), np.cov(features, rowvar=False)
for kind, images in kinds.items():
    probabilities, features = reader.predict(images, verbose=0), eye.predict(images, verbose=0)
    share = np.bincount(probabilities.argmax(axis=1), minlength=10) / len(images)
    sure = np.mean(probabilities.max(axis=1) > 0.9)
    evenness = -np.sum(share * np.log(share + 1e-12)) / np.log(10)  # 1: all ten equally often
    both = np.sqrt(np.linalg.eigvals(spread @ np.cov(features, rowvar=False)).real.clip(0)).sum()
    trace = np.trace(spread) + np.trace(np.cov(features, rowvar=False)) - 2 * both
    distance = np.square(mean - features.mean(axis=0)).sum() + trace
    print(f"{kind:16s} sure of {sure:.0%}, evenness {evenness:.3f}, distance {distance:5.2f}")

# %% [markdown]
# Did it learn to paint, or only to copy? Below each painted digit stands the real one that is nearest to it.

# %%
painted, real = kinds["painted"][:12], data.train.x
nearest = [np.square(image - real).sum(axis=(1, 2, 3)).argmin() for image in painted]
run.keep("nearest", zoo.plots.image_rows({"painted": painted, "nearest real": real[nearest]}))
metrics = {"sure": sure, "evenness": evenness, "frechet_error": distance}  # of the painted ones
run.finish(
    model, history, data, metrics=metrics, expect={"sure": 0.58, "evenness": 0.95, "frechet_error": 3.5}
)

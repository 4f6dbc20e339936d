# %% [markdown]
# # CartPole: a network that learns a game by playing it
# A pole stands on a cart, and the player pushes the cart left or right, 50 times a second. Each step that the pole
# stands is a point; at 12 degrees, or at the end of the track, the game is lost, and at 500 points it is over.
# Nobody says which push is right. The actor tries, and the critic learns what to expect and so can judge.
#
# Data: none; 64 games at once, played by gymnasium (`pip install 'keras-model-zoo[games]'`). Expect 490 to 500
# points of 500, where a coin gets 22, in half a minute.
# Source: the deck, "Game Robot" and "A3C reinforcement learning".

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run cartpole --players 16`, `zoo run cartpole --no-animation`
run = zoo.Run(
    "cartpole", players=64, epochs=60, updates=25, learning_rate=4e-3, discount=0.99, animation=True, seed=0
)

# %% [markdown]
# ## Two heads on one body
# What the player sees is four numbers: where the cart is, its speed, the pole's angle, and how fast it turns. Two
# hidden layers look at them. From there the actor gives a probability for each push, and the critic one number,
# the value: the share of the points to come that it expects, one if the pole will never fall.

# %%
model = zoo.create_model("actor_critic", input_shape=(4,), num_actions=2, seed=run.seed)
model.summary()

# %% [markdown]
# ## The actor is a classifier that makes its own labels
# The pushes that were made are the labels, and the loss is cross entropy, as for digits. What differs is the weight
# of a row: its advantage, $A = r + \gamma V(s') - V(s)$, the point and the value after the push (times `discount`) less
# the value before it, and the fainter surprises that follow. A push that turned out better than expected becomes
# likelier; one that turned out worse has a negative weight and becomes rarer. The critic learns from what did come.
#
# A3C's workers play and learn without waiting for one another. Here 64 games step together and make one update: A2C,
# without the A of "asynchronous", which can be repeated from a seed.

# %%
games = zoo.make_environments("CartPole-v1", run.players)
model.compile(
    keras.optimizers.Adam(run.learning_rate), {"policy": "sparse_categorical_crossentropy", "value": "mse"}
)
learning = {"epochs": run.epochs, "updates": run.updates, "discount": run.discount, "target": 500}
history = zoo.fit_actor_critic(model, games, **learning, seed=run.seed)

# %% [markdown]
# ## Learning is no straight way
# A player changes what it sees by what it does, so a small step can undo much. Training ends when all 64 games are
# won by the likeliest push, which is tried after every 25 updates; the weights that did best come back in any case.

# %%
figure = zoo.plots.curves({name: history.history[name] for name in ("return", "val_return")})
figure.axes[0].axhline(475, color="#777777", linestyle=":")
figure.axes[0].set_ylim(0, 680)
figure.axes[0].set_title("points", loc="left")
figure.axes[0].legend(["learning, pushes drawn", "judged, likeliest push", "475: solved"], frameon=False)
run.keep("learning", figure)

# %% [markdown]
# ## What actor and critic say
# One game by the actor, and one in which a coin takes over at step 50. As the pole tips, the actor is sure which
# push would help, and nobody listens. The value sinks, rises when luck rights the pole, and falls before the pole does.

# %%
episodes, table, coin = {}, zoo.make_environments("CartPole-v1", 1), np.random.default_rng(run.seed)
for player in ("actor", "coin from step 50"):
    seen, over, rows = table.reset(seed=run.seed)[0], False, []
    while not over:
        said = model.predict_on_batch(seen)
        rows.append([*seen[0], said["policy"][0, 1], said["value"][0, 0]])
        tossed = player != "actor" and len(rows) > 50
        push = coin.integers(2, size=1) if tossed else said["policy"].argmax(axis=1)
        seen, _, failed, cut, _ = table.step(push)
        over = failed[0] or cut[0]
    episodes[player] = np.array(rows)

figure = Figure(figsize=(7, 5), layout="constrained")
titles = {2: "pole: angle in radians", 4: "actor: probability of a push to the right", 5: "critic: value"}
for axes, (column, title) in zip(figure.subplots(3, 1, sharex=True), titles.items(), strict=True):
    for player, rows in episodes.items():
        axes.plot(rows[:120, column], label=f"{player}: {len(rows)} points")
    axes.set_title(title, loc="left")
axes.legend()
run.keep("actor_and_critic", figure)
if run.animation:
    run.keep("game", zoo.plots.cart_pole_animation(episodes["actor"][:, :4], episodes["actor"][:, 5]))

# %% [markdown]
# ## The judgement
# A hundred new games, which nothing was chosen by.

# %%
returns = zoo.play_episodes(model, zoo.make_environments("CartPole-v1", 100), seed=run.seed + 1000)
print(f"{(returns == 500).sum()} of 100 games won, the shortest lasted {returns.min():.0f} steps")
run.finish(model, history, metrics={"test_mean_return": returns.mean()}, expect={"test_mean_return": 475})

# %% [markdown]
# # Vectors, matrices and the Jacobian: a slope for many numbers
# A neuron is an inner product, a layer a matrix product, and to train them is to know their slopes: the gradient of
# a function with one output, the Jacobian of one with many. The Jacobian can be written in two ways, and the deck
# changes from one to the other between two slides. In the end a Keras layer shows which of them it keeps.
#
# Data: 200 random vectors and what a matrix makes of them. Expect the layer to find the matrix to four digits behind
# the point, in ten seconds. Source: the deck, "Vector Operations", "Matrix Operations", "Basic Vector Calculus".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run vectors_and_jacobians --rows 20`
run = zoo.Run("vectors_and_jacobians", rows=200, epochs=20, batch_size=10, learning_rate=0.05, seed=0)

# %% [markdown]
# ## The inner product, and the matrix product made of it
# $u \cdot v = \sum_i u_i v_i$: multiply what stands in the same place, and add. It is zero for vectors at a right
# angle. $(AC)_{ij} = \sum_t A_{it} C_{tj}$ is the inner product of row $i$ of $A$ with column $j$ of $C$; and to
# multiply by $C$ first and by $A$ then is to multiply by $AC$.

# %%
u, v = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
print("u + v =", u + v, " u·v =", sum(u[i] * v[i] for i in range(3)), " a right angle:", u @ [3, 0, -1])
A, C = np.array([[1.0, 2.0, 3.0], [-1.0, -4.0, -9.0]]), np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 5.0]])
product = np.array([[sum(A[i, t] * C[t, j] for t in range(3)) for j in range(2)] for i in range(2)])
print(f"AC =\n{product}\nA(Cx) = {A @ (C @ [1, 2])}, (AC)x = {product @ [1, 2]}")

# %% [markdown]
# ## The gradient: one output
# $\nabla f = (\partial f / \partial x_1, \ldots, \partial f / \partial x_n)$ has the slope along each axis. Of
# $f(x) = u \cdot x$ it is $u$, wherever you stand. It points to where $f$ rises most, straight across the lines of
# equal height; going against it leads down. (The deck has it upside down: $\partial x / \partial u$ lists the
# $\partial x / \partial u_i$.)

# %%
print("gradient of u·x:", zoo.by_hand.gradient(lambda x: u @ x, np.zeros(3)).round(6))


def height(x, y):
    return x**2 / 4 + y**2 + x * y / 2


paths = {}
for start in ((-3.0, 2.0), (3.0, 1.5), (1.0, -2.5)):
    walk = [np.array(start)]
    for _ in range(80):
        walk.append(walk[-1] - 0.1 * zoo.by_hand.gradient(lambda p: height(*p), walk[-1]))
    paths[f"from {start}"] = walk
run.keep("gradient", zoo.plots.path_on_contours(height, paths, extent=(-4.9, 4.9, -3, 3), minimum=(0, 0)))

# %% [markdown]
# ## The Jacobian: many outputs
# All slopes of $f(x) = (f_1, \ldots, f_m)$ in one table. *Numerator layout*: $J_{ij} = \partial f_i / \partial x_j$,
# a row for each output; then $d(Ax)/dx = A$. *Denominator layout*: its transpose; then $d(Ax)/dx = A^T$. The deck's
# first slide on "Basic Vector Calculus" defines $\partial u_i / \partial v_j$, the one; the next, with the answers,
# says $A^T$, the other. The picture has squares of polar coordinates, and what $J$ makes of them: the smaller they
# are, the more alike.

# %%
for layout in ("numerator", "denominator"):
    print(f"{layout} layout of d(Ax)/dx:\n{zoo.by_hand.jacobian(lambda x: A @ x, v, layout=layout).round(6)}")


def polar(x):
    return np.array([x[0] * np.cos(x[1]), x[0] * np.sin(x[1])])


J = zoo.by_hand.jacobian(polar, [1.5, 1.0])
run.keep("jacobian", zoo.plots.plane_map(polar, (1.5, 1.0), J, names=("x", "y")))

# %% [markdown]
# ## Keras computes the same
# A layer multiplies from the other side, $y = xW + b$ with a row for each example, so that the $W$ which stands for
# $A$ is $A^T$. As it learns it from examples, a step with learning rate 1 takes the gradient of the loss off $W$. And
# its Jacobian in denominator layout is $W$ itself: the deck's $A^T$.

# %%
x = np.random.default_rng(run.seed).normal(size=(run.rows, 3)).astype("float32")
y = (x @ A.T).astype("float32")
model = zoo.create_model("linear", input_shape=(3,), num_outputs=2, seed=run.seed)
before = model.get_weights()[0]
model.compile(keras.optimizers.SGD(1.0), "mse")
zoo.fit(model, x, y, batch_size=len(x), verbose=0)
gradient = zoo.by_hand.gradient(lambda W: np.mean((x @ W - y) ** 2), before)
figures = {"gradient_error": np.abs(before - model.get_weights()[0] - gradient).max()}

model.optimizer.learning_rate = run.learning_rate
history = zoo.fit(model, x, y, epochs=run.epochs, batch_size=run.batch_size, verbose=0, seed=run.seed)
kernel = model.get_weights()[0]
figures["weight_error"] = np.abs(kernel - A.T).max()
of_layer = zoo.by_hand.jacobian(
    lambda row: model.predict(row[None], verbose=0)[0], np.zeros(3), layout="denominator", step=1.0
)
figures["jacobian_error"] = np.abs(of_layer - A.T).max()
print(f"W =\n{kernel.round(4)}\nat most", {name: f"{value:.1e}" for name, value in figures.items()})
run.finish(model, history, metrics=figures, expect={"gradient_error": 1e-5, "weight_error": 1e-4})

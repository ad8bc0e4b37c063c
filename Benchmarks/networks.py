# SPDX-License-Identifier: Apache-2.0
"""The networks of `pullback bench network`, and what they are trained with.

  cnn28    images of 28 x 28: convolutions of 8 and 16 filters of 5 x 5, relu and pool after each, dense
           784-64-10
  cnn8     images of 8 x 8: convolutions of 16 and 32 filters of 3 x 3 with relu, a pool, dense 512-10
  resnet   16 channels of 16 x 16: three residual blocks, each two convolutions of 3 x 3 with batch norm
  gpt      64 characters of 65: width 128, 4 heads, 2 blocks (norm first, GELU, four times as wide), causal
  lstm     32 characters of 65: embedding of 64, 128 hidden units
  mlpnorm  dense 64-256-256-10, layer norm and dropout of 0.1 after each hidden relu
  swarm    1,000 networks 4-16-16-2 with relu, each with examples and a squared error of its own

A step is forward, loss (cross-entropy, the mean), backward and Adam on one fixed batch, in float32. The
networks stand in `networks_torch.py` and `networks_jax.py`.
"""

# Examples of a batch, of swarm those of each network.
BATCHES = {"cnn28": 64, "cnn8": 64, "resnet": 32, "gpt": 16, "lstm": 32, "mlpnorm": 256, "swarm": 32}
IMAGES = {"cnn28": (1, 28, 28), "cnn8": (1, 8, 8), "resnet": (16, 16, 16)}
LENGTHS = {"gpt": 64, "lstm": 32}
CHARACTERS = 65
CLASSES = 10
SWARM, SWARM_SIZES = 1000, [4, 16, 16, 2]
LEARNING_RATE = 1e-3


class Network:
    """A network by its name, and its batch. What a step costs is counted by Pullback."""

    operations = 0

    def __init__(self, options):
        import numpy
        self.name, self.batch = options.name, options.batch or BATCHES[options.name]
        random = numpy.random.default_rng(0)
        if self.name in LENGTHS:
            shape = (self.batch, LENGTHS[self.name])
            self.x, self.y = (random.integers(0, CHARACTERS, shape) for _ in range(2))
        elif self.name == "swarm":
            self.x, self.y = (
                random.standard_normal((SWARM, self.batch, width), dtype=numpy.float32)
                for width in (SWARM_SIZES[0], SWARM_SIZES[-1]))
        else:
            shape = IMAGES.get(self.name, (64,))
            self.x = random.standard_normal((self.batch, *shape), dtype=numpy.float32)
            self.y = random.integers(0, CLASSES, self.batch)

    def torch(self):
        import networks_torch
        return networks_torch.step(self)

    def torch_compile(self):
        import networks_torch
        return networks_torch.step(self, is_compiled=True)

    def jax(self):
        import networks_jax
        return networks_jax.step(self)

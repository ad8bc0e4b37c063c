# SPDX-License-Identifier: Apache-2.0
"""The networks of `networks.py` in PyTorch, channels first, as its users write them."""

import torch
from torch import nn
from torch.nn import functional

from networks import CHARACTERS, CLASSES, LEARNING_RATE, LENGTHS, SWARM, SWARM_SIZES


def cnn28():
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, CLASSES))


def cnn8():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(512, CLASSES))


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels))

    def forward(self, x):
        return functional.relu(x + self.change(x))


def resnet():
    return nn.Sequential(
        *(ResidualBlock(16) for _ in range(3)), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(16, CLASSES))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm, self.mlp_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.split, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, length, width = x.shape
        query, key, value = (
            part.view(batch, length, self.heads, -1).transpose(1, 2)
            for part in self.split(self.attention_norm(x)).chunk(3, dim=-1))
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.join(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp(self.mlp_norm(x))


class CharacterTransformer(nn.Module):
    def __init__(self, width=128, heads=4, blocks=2):
        super().__init__()
        self.tokens = nn.Embedding(CHARACTERS, width)
        self.places = nn.Parameter(torch.randn(LENGTHS["gpt"], width))
        self.rest = nn.Sequential(
            *(TransformerBlock(width, heads) for _ in range(blocks)), nn.LayerNorm(width),
            nn.Linear(width, CHARACTERS))

    def forward(self, characters):
        return self.rest(self.tokens(characters) + self.places)


class CharacterLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(CHARACTERS, 64)
        self.memory = nn.LSTM(64, 128, batch_first=True)
        self.head = nn.Linear(128, CHARACTERS)

    def forward(self, characters):
        return self.head(self.memory(self.tokens(characters))[0])


def mlpnorm():
    layers = []
    for inputs in (64, 256):
        layers += [nn.Linear(inputs, 256), nn.ReLU(), nn.LayerNorm(256), nn.Dropout(0.1)]
    return nn.Sequential(*layers, nn.Linear(256, CLASSES))


class Swarm(nn.Module):
    """Networks side by side: each layer is one product of batches."""

    def __init__(self):
        super().__init__()
        pairs = list(zip(SWARM_SIZES, SWARM_SIZES[1:]))
        self.weights = nn.ParameterList(
            torch.randn(SWARM, inputs, outputs) / inputs ** 0.5 for inputs, outputs in pairs)
        self.biases = nn.ParameterList(torch.zeros(SWARM, 1, outputs) for _, outputs in pairs)

    def forward(self, x):
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            x = torch.baddbmm(bias, functional.relu(x) if number else x, weight)
        return x


MODULES = {"cnn28": cnn28, "cnn8": cnn8, "resnet": resnet, "gpt": CharacterTransformer,
           "lstm": CharacterLSTM, "mlpnorm": mlpnorm, "swarm": Swarm}


def step(network, is_compiled=False):
    """A training step as a function without arguments."""
    torch.manual_seed(0)
    module = MODULES[network.name]()
    optimizer = torch.optim.Adam(module.parameters(), lr=LEARNING_RATE)
    # Copies, which PyTorch aligns as it likes them.
    x, y = torch.tensor(network.x), torch.tensor(network.y)

    def loss():
        outputs = module(x)
        if network.name == "swarm":
            return functional.mse_loss(outputs, y, reduction="none").mean((1, 2)).sum()
        return functional.cross_entropy(outputs.flatten(0, -2), y.flatten())

    update = optimizer.step
    if is_compiled:
        torch._dynamo.reset()
        loss, update = torch.compile(loss), torch.compile(update)

    def run():
        optimizer.zero_grad()
        loss().backward()
        update()
    return run

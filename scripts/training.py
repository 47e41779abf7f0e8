"""Train with Gaussian noise; the same seed gives the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import torch
from torch import nn

Scores = Callable[[torch.Tensor], torch.Tensor]
"""Returns the scores of a batch of inputs, of shape (rows, classes)."""
LossOf = Callable[[torch.Tensor, torch.Generator], torch.Tensor]
"""Returns the loss of a batch, given the numbers of its rows."""
Augment = Callable[[torch.Tensor, torch.Generator], torch.Tensor]
"""Returns a randomly changed copy of a batch of inputs."""

MEASURED: Final = 1
"""Seed of the noise that held-out inputs are measured under."""


def unchanged(inputs: torch.Tensor, _: torch.Generator) -> torch.Tensor:
    """Return the batch as it is."""
    return inputs


def prepare(seed: int) -> torch.Generator:
    """Make PyTorch deterministic and return a seeded generator for noise and shuffling."""
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(1)
    return torch.Generator().manual_seed(seed)


def fit(
    net: nn.Module,
    count: int,
    loss_of: LossOf,
    *,
    epochs: int,
    batch: int,
    rate: float,
    generator: torch.Generator,
) -> None:
    """Minimise a loss over rows 0 to ``count`` - 1, in random batches of ``batch``."""
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    steps = epochs * -(-count // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=steps)
    net.train()
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.split(torch.randperm(count, generator=generator), batch):
            loss = loss_of(rows, generator)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # untyped in PyTorch
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
        if (epoch + 1) % 5 == 0:
            print(f"epoch {epoch + 1}: loss {total / count:.4f}")
    net.eval()


def train(
    net: nn.Module,
    inputs: torch.Tensor,
    labels: torch.Tensor,
    *,
    sigma: float,
    epochs: int,
    batch: int,
    rate: float,
    generator: torch.Generator,
    augment: Augment = unchanged,
) -> None:
    """Minimise the cross-entropy of ``input + N(0, sigma^2 I)``, fresh noise every time an input is seen."""

    def loss_of(rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        batch_inputs = augment(inputs[rows], generator)
        noise = torch.randn(batch_inputs.shape, generator=generator)
        return nn.functional.cross_entropy(net(batch_inputs + sigma * noise), labels[rows])

    fit(net, len(inputs), loss_of, epochs=epochs, batch=batch, rate=rate, generator=generator)


@torch.no_grad()
def accuracy(
    scores: Scores,
    inputs: torch.Tensor,
    labels: torch.Tensor,
    *,
    sigma: float,
    draws: int,
    generator: torch.Generator,
) -> float:
    """Return the share of noisy inputs that get the right label, over ``draws`` draws for each."""
    right = 0
    for _ in range(draws):
        noise = torch.randn(inputs.shape, generator=generator)
        right += int((scores(inputs + sigma * noise).argmax(dim=1) == labels).sum())
    return right / (draws * len(inputs))


class Accuracies(NamedTuple):
    """Shares of right answers: for held-out inputs as they are, and for their noisy copies."""

    clean: float
    noisy: float


def accuracies(scores: Scores, inputs: torch.Tensor, labels: torch.Tensor, sigma: float) -> Accuracies:
    """Measure a classifier on held-out inputs; the noise is always the same, 20 draws for each input."""
    generator = torch.Generator().manual_seed(MEASURED)
    return Accuracies(
        accuracy(scores, inputs, labels, sigma=0.0, draws=1, generator=generator),
        accuracy(scores, inputs, labels, sigma=sigma, draws=20, generator=generator),
    )


def measured(scores: Scores, inputs: torch.Tensor, labels: torch.Tensor, *, sigma: float) -> str:
    """Say in a sentence what ``accuracies`` gives."""
    found = accuracies(scores, inputs, labels, sigma)
    return (
        f"On {len(labels)} held-out digits: {found.clean:.1%} right, {found.noisy:.1%} of their noisy copies "
        f"at sigma {sigma}."
    )

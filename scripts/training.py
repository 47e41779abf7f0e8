"""Train with Gaussian noise; the same seed gives the same weights."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

Augment = Callable[[torch.Tensor, torch.Generator], torch.Tensor]
"""Returns a randomly changed copy of a batch of inputs."""


def unchanged(inputs: torch.Tensor, _: torch.Generator) -> torch.Tensor:
    """Return the batch as it is."""
    return inputs


def prepare(seed: int) -> torch.Generator:
    """Make PyTorch deterministic and return a seeded generator for noise and shuffling."""
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(mode=True)
    torch.set_num_threads(1)
    return torch.Generator().manual_seed(seed)


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
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    steps = epochs * -(-len(inputs) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=steps)
    net.train()
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.split(torch.randperm(len(inputs), generator=generator), batch):
            batch_inputs = augment(inputs[rows], generator)
            noise = torch.randn(batch_inputs.shape, generator=generator)
            loss = nn.functional.cross_entropy(net(batch_inputs + sigma * noise), labels[rows])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # untyped in PyTorch
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
        if (epoch + 1) % 5 == 0:
            print(f"epoch {epoch + 1}: loss {total / len(inputs):.4f}")
    net.eval()


@torch.no_grad()
def accuracy(
    net: nn.Module,
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
        right += int((net(inputs + sigma * noise).argmax(dim=1) == labels).sum())
    return right / (draws * len(inputs))

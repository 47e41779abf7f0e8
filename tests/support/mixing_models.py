"""Models whose rows influence each other, as TorchScript modules over 1 x 4 x 4 inputs; three classes.

All are made of one honest linear model, so that what is refused is the mixing.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def weights() -> Tensor:
    """Return fixed weights of the honest part, (16, 3)."""
    return torch.randn(16, 3, generator=torch.Generator().manual_seed(7))


class Honest(nn.Module):
    """Linear scores; the mixing constructions change them."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(weights(), requires_grad=False)

    def linear(self, x: Tensor) -> Tensor:
        return x.flatten(1) @ self.weights

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x)


class TrainingNorm(Honest):
    """BatchNorm exported in training mode."""

    def forward(self, x: Tensor) -> Tensor:
        mean, var = torch.zeros(3), torch.ones(3)
        return nn.functional.batch_norm(self.linear(x), mean, var, training=True)


class NoRunningStatistics(Honest):
    """BatchNorm with track_running_stats=False."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(3, track_running_stats=False)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.norm(self.linear(x))
        return scores


class SoftmaxOverBatch(Honest):
    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).softmax(0)


class Centred(Honest):
    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        return y - y.mean(0, keepdim=True)


class Averaged(Honest):
    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        return 0.02 * y + y.mean(0, keepdim=True)


class BatchSecondTransformer(Honest):
    """Attention layers take their first axis for the sequence unless told batch_first."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.layer = nn.MultiheadAttention(4, 2, batch_first=False)

    def forward(self, x: Tensor) -> Tensor:
        y = x.flatten(2).view(-1, 4, 4)
        return self.linear(self.layer(y, y, y, need_weights=False)[0])


class DynamicQuantisation(Honest):
    def forward(self, x: Tensor) -> Tensor:
        return self.linear(torch.quantize_per_tensor_dynamic(x, torch.quint8, False).dequantize())


class DividedByLargest(Honest):
    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        return y / y.abs().max()


class CumulativeSum(Honest):
    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).cumsum(0)


class Ranked(Honest):
    """Scores are ranks within the batch."""

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).argsort(0).argsort(0).float()


class NeighbourDifference(Honest):
    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        return y - 0.01 * torch.roll(y, [1], [0])


class BrightNeighbour(Honest):
    """Mixes only when some row of the batch is all but white."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        return y.flip(1) if bool(x.flatten(1).mean(1).max() > 0.99) else y


class DarkNeighbours(Honest):
    """Mixes only when half of the batch is black."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        black = x.flatten(1).abs().amax(1) == 0
        return y.flip(1) if int(black.sum()) * 2 >= len(x) else y


class SpreadOfBatch(Honest):
    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) / (1.0 + x.std())


class AttentionAcrossRows(Honest):
    """So sharp that rows see only rows very much like them."""

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(1)
        return self.linear((-1e4 * torch.cdist(rows, rows)).softmax(1) @ rows)


class LikeMindedOnly(Honest):
    """The mean of the rows within 0.5 of it: strangers are never so near, noisy copies of one input are."""

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(1)
        near = (torch.cdist(rows, rows) < 0.5).to(rows.dtype)
        return self.linear(near @ rows / near.sum(1, keepdim=True))


class DropoutByContent(Honest):
    """Drops features chosen by a hash of the whole batch: the same batch always drops the same."""

    def forward(self, x: Tensor) -> Tensor:
        hashed = torch.frac(x.sum() * 977.0 + torch.arange(16) * 0.618)
        return self.linear(x.flatten(1) * (hashed.abs() > 0.3).to(x.dtype))


class NormOfReshapedBatch(Honest):
    """InstanceNorm over pairs of rows, laid side by side as the channels of one instance."""

    def forward(self, x: Tensor) -> Tensor:
        paired = x.reshape(1, -1, 32)
        return self.linear(nn.functional.instance_norm(paired, None, None).reshape(x.shape))


class PlaceDecides(Honest):
    """The first row of a batch votes for another class."""

    def forward(self, x: Tensor) -> Tensor:
        first = (torch.arange(len(x)) == 0).unsqueeze(1)
        y = self.linear(x)
        return torch.where(first, y.flip(1), y)


class PlaceEmbedding(Honest):
    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + torch.arange(len(x)).unsqueeze(1) * torch.tensor([1e-3, 0.0, 0.0])


class NearestNeighbour(Honest):
    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(1)
        apart = torch.cdist(rows, rows) + 1e9 * torch.eye(len(x))
        return self.linear(0.9 * rows + 0.1 * rows[apart.argmin(1)])


class RunningState(Honest):
    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(3), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        self.mean.mul_(0.9).add_(0.1 * y.mean(0))
        return y - self.mean


class LastBit(Honest):
    """A neighbour adds one part in a million."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        return y + 1e-6 * y.mean(0)


class BeyondTheScale(Honest):
    """Mixes only what lies outside the scale, where noise leads."""

    def forward(self, x: Tensor) -> Tensor:
        over = (x - x.clamp(0.0, 1.0)).mean(0, keepdim=True)
        return self.linear(x - over)


class NoisyGreyOnly(Honest):
    """Mixes only rows near to grey, which are counted: there are none when the model is loaded."""

    def forward(self, x: Tensor) -> Tensor:
        grey = ((x.flatten(1) - 0.5).abs().amax(1) < 0.3).to(x.dtype)
        return self.linear(x) + (grey * grey.sum()).unsqueeze(1) * torch.tensor([0.1, 0.0, 0.0])


class MajorityVote(Honest):
    """Rows hear of each other through one bit: which class most of the batch has."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        leader = torch.bincount(y.argmax(1), minlength=3).argmax()
        return y + 0.5 * (torch.arange(3) == leader).to(y.dtype)


NAMED: dict[str, type[Honest]] = {
    "a BatchNorm in training mode": TrainingNorm,
    "a BatchNorm without running statistics": NoRunningStatistics,
    "a softmax over the batch": SoftmaxOverBatch,
    "scores centred on the batch": Centred,
    "scores averaged with the batch": Averaged,
    "a transformer with batch_first forgotten": BatchSecondTransformer,
    "dynamic quantisation": DynamicQuantisation,
    "division by the largest score of the batch": DividedByLargest,
}
OWN: tuple[type[Honest], ...] = (
    CumulativeSum,
    Ranked,
    NeighbourDifference,
    BrightNeighbour,
    DarkNeighbours,
    SpreadOfBatch,
    AttentionAcrossRows,
    LikeMindedOnly,
    DropoutByContent,
    NormOfReshapedBatch,
    PlaceDecides,
    PlaceEmbedding,
    NearestNeighbour,
    RunningState,
    LastBit,
    BeyondTheScale,
    MajorityVote,
)

"""Stacks of convolutions and poolings, shared by `cnn` and `crnn`."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from sinesweep.contract import Architecture, Shape
from sinesweep.domains import Choice
from sinesweep.errors import Infeasible
from sinesweep.wording import many
from sinesweep_plugins.architectures._blocks import activated, normalised, spatial_dropout, weighed
from sinesweep_plugins.architectures._inputs import folded, picture, sides

ORDERS = Choice(
    ("pool_norm_activation", "norm_activation_pool", "activation_norm_pool", "activation_pool_norm"), search=False
)
"""What follows a convolution. Pooling first leaves a quarter of the cells for what comes next, so that a training step
on a CPU takes almost half the time, and accuracy on ESC-10 is the same, for both kinds of pooling."""

PLANNED = re.compile(r"([1-9]\d{0,3})x([1-9]\d?)(?:/([1-9]\d?))?")


@dataclass(frozen=True)
class Convolution:
    """One of the stack: filters of kernel × kernel cells, and the frames and bins that a pooling makes one."""

    filters: int
    kernel: int
    pool: tuple[int, int] = (1, 1)

    @property
    def pooled(self) -> bool:
        """Whether a pooling follows."""
        return self.pool != (1, 1)


@dataclass(frozen=True)
class Convolutions:
    """A stack of blocks whose filters grow from one to the next, or the stack that a plan names one by one.

    Features of a single bin (a waveform) have nothing to convolve across: kernels and pools are folded into time.
    """

    blocks: int
    filters: int
    max_filters: int
    kernel: int
    pooling: str
    pool_time: int
    pool_frequency: int
    norm: str
    activation: str
    plan: str = ""
    growth: float = 2.0
    convolutions: int = 1
    padding: str = "same"
    norm_at: str = "convolution"
    bias: bool = False
    order: str = "pool_norm_activation"
    spatial_dropout: float = 0.0

    @classmethod
    def of(cls, network: Architecture) -> Convolutions:
        """The stack that the settings of the same names describe; those that the network lacks keep their defaults."""
        known = [field.name for field in fields(cls) if hasattr(network, field.name)]
        return cls(**{name: getattr(network, name) for name in known})

    def stack(self) -> list[Convolution]:
        """The convolutions, in their order.

        Raises:
            Infeasible: the plan cannot be read.
        """
        if self.plan:
            return [_planned(word) for word in self.plan.split()]
        pool = (self.pool_time, self.pool_frequency)
        pools = [(1, 1)] * (self.convolutions - 1) + [pool]
        return [Convolution(self.width(block), self.kernel, p) for block in range(self.blocks) for p in pools]

    def width(self, block: int) -> int:
        """The filters of a block, counted from 0."""
        return min(int(self.filters * self.growth**block), self.max_filters)

    def shape(self, input_shape: Shape) -> Shape:
        """`(frames, bins, filters)` behind the last convolution.

        Raises:
            Infeasible: the plan cannot be read, or the convolutions and poolings leave no frame or no bin.
        """
        frames, bins, channels = sides(input_shape)
        left_frames, left_bins = frames, bins
        for convolution in self.stack():
            pool = folded(convolution.pool, bins)
            kernel = folded((convolution.kernel, convolution.kernel), bins)
            lost = (kernel[0] - 1, kernel[1] - 1) if self.padding == "valid" else (0, 0)
            left_frames, left_bins = (left_frames - lost[0]) // pool[0], (left_bins - lost[1]) // pool[1]
            channels = convolution.filters
            if left_frames < 1 or left_bins < 1:
                raise Infeasible(f"{self._words(bins)} on {many(frames, 'frame')} × {bins} bins leave nothing")
        return left_frames, left_bins, channels

    def apply(self, network: Architecture, x: Any) -> Any:
        """Features `(batch, frames, bins)` → `(batch, *shape)`."""
        from keras import layers

        x = picture(x)
        bins = x.shape[2]
        for convolution in self.stack():
            normed = self.norm != "none" and (convolution.pooled or self.norm_at == "convolution")
            x = layers.Conv2D(
                convolution.filters,
                folded((convolution.kernel, convolution.kernel), bins),
                padding=self.padding,
                use_bias=self.bias or not normed,
                **weighed(network),
            )(x)
            for step in self.order.split("_"):
                if step == "activation":
                    x = activated(network, x, self.activation)
                elif step == "norm" and normed:
                    x = normalised(x, self.norm)
                elif step == "pool" and convolution.pooled:
                    pool = layers.MaxPooling2D if self.pooling == "max" else layers.AveragePooling2D
                    x = pool(folded(convolution.pool, bins))(x)
            x = spatial_dropout(x, self.spatial_dropout)
        return x

    def _words(self, bins: int) -> str:
        if self.plan or self.padding == "valid":
            return f"{len(self.stack())} convolutions and their poolings"
        frames_pooled, bins_pooled = folded((self.pool_time, self.pool_frequency), bins)
        return f"{many(self.blocks, 'pooling')} of {frames_pooled} × {bins_pooled}"


def _planned(word: str) -> Convolution:
    match = PLANNED.fullmatch(word)
    if match is None:
        raise Infeasible(
            f"plan: expected convolutions as FILTERSxKERNEL or FILTERSxKERNEL/POOL with spaces between them, such as "
            f"'16x3/2 32x3', got '{word}'"
        )
    filters, kernel, pool = match.groups()
    return Convolution(int(filters), int(kernel), (int(pool), int(pool)) if pool else (1, 1))

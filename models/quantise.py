"""Step 4: how to hold activations in 8 bits: SmoothQuant scales and fixed ranges, measured on training posts.

Ranges are fixed, not taken from each batch, so that the answer for a post never depends on the posts beside it: a
replay gives the numbers of the live run. SmoothQuant (Xiao et al., 2022) first moves the outliers of a few channels,
above all behind the feed-forward activation, into the weights; how far is chosen for each product.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.batches import pad, shorten
from models.graph import Array, Site
from models.network import Network

POSTS = 480
_ROWS = 6_000  # token vectors kept of each place
_TRIED = 400
_ALPHAS = (0.5, 0.7, 0.8, 0.9)
_CLIPS = (1.0, 0.9, 0.8, 0.65, 0.5, 0.35)


def calibrate(network: Network, tokenizer: Tokenizer, texts: Sequence[str]) -> dict[str, Site]:
    """Sites by the name of their linear layer, e.g. ``layers.0.down``, from the activations on `texts`."""
    samples = _activations(network, tokenizer, texts)
    sites = {}
    for name, linear in _linears(network):
        sites[name] = site(samples[name], linear.weight.detach().numpy())
    return sites


def site(x: Array, weight: Array) -> Site:
    """The smoothing and range with the least squared error of the 8-bit product, for activations `x` (rows × inputs)."""
    sample = x[:: max(1, len(x) // _TRIED)]
    exact = sample @ weight.T
    strongest, largest = np.maximum(np.abs(x).max(0), 1e-5), np.maximum(np.abs(weight).max(0), 1e-5)
    best: tuple[float, Site] | None = None
    for alpha in _ALPHAS:
        smooth = strongest**alpha / largest ** (1 - alpha)
        smooth = (smooth / np.exp(np.log(smooth).mean())).astype(np.float32)
        matrix = _held_weights(weight * smooth).T
        smoothed, tried = x / smooth, sample / smooth
        low, high = min(0.0, float(smoothed.min())), max(0.0, float(smoothed.max()))
        for clip in _CLIPS:
            scale = np.float32(max(1e-8, (high - low) * clip / 255))
            zero = np.uint8(np.clip(np.rint(-low * clip / scale), 0, 255))
            held = (np.clip(np.rint(tried / scale) + zero, 0, 255) - zero) * scale
            gap = exact - held.astype(np.float32) @ matrix
            shift = gap.mean(0)
            error = float(((gap - shift) ** 2).mean())
            if best is None or error < best[0]:
                best = (error, Site(smooth, scale, zero, shift))
    assert best is not None
    return best[1]


def _held_weights(weight: Array) -> Array:
    """What int8 with a scale for each output keeps of `weight`."""
    scales = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-8) / 127
    return (np.rint(weight / scales) * scales).astype(np.float32)


def _linears(network: Network) -> list[tuple[str, nn.Linear]]:
    return [
        (f"layers.{i}.{part}", getattr(layer, part))
        for i, layer in enumerate(network.layers)
        for part in ("qkv", "out", "up", "down")
    ]


@torch.no_grad()
def _activations(network: Network, tokenizer: Tokenizer, texts: Sequence[str]) -> dict[str, Array]:
    """A fixed random sample of the token vectors that enter each linear layer."""
    kept: dict[str, list[Array]] = {}
    chance = np.random.default_rng(0)
    rows = sorted((shorten(e.ids) for e in tokenizer.encode_batch_fast(list(texts[:POSTS]))), key=len)
    share = min(1.0, _ROWS / sum(map(len, rows)))
    chosen: list[npt.NDArray[np.bool_]] = []

    def keep(name: str):  # type: ignore[no-untyped-def]
        def hook(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            kept.setdefault(name, []).append(inputs[0].flatten(0, 1)[chosen[0]].float().numpy())

        return hook

    handles = [linear.register_forward_pre_hook(keep(name)) for name, linear in _linears(network)]
    network.eval()
    for start in range(0, len(rows), 32):
        ids, lengths = pad(rows[start : start + 32])
        real = (torch.arange(ids.shape[1]) < lengths[:, None]).numpy().ravel()
        chosen[:] = [real & (chance.random(real.shape) < share)]
        network(ids, lengths)
    for handle in handles:
        handle.remove()
    return {name: np.concatenate(parts) for name, parts in kept.items()}

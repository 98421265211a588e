"""The encoder with its two heads, in plain PyTorch: the BERT architecture with merged query, key and value."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody uses
from torch import Tensor, nn

from models.rebuild import Checkpoint

FROZEN_LAYERS = 4


class Dropout(nn.Module):
    """Dropout whose masks are random slices of one pool: drawing fresh random numbers takes a seventh of a CPU step."""

    def __init__(self) -> None:
        super().__init__()
        self.pool: Tensor | None = None

    def set(self, pool: Tensor | None) -> None:
        """Use `pool` (flat, holding 0 and 1 / (1 - rate)) while training; None switches dropout off."""
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        if self.pool is None:
            return x
        start = int(torch.randint(self.pool.numel() - x.numel(), ()))
        return x * self.pool[start : start + x.numel()].view(x.shape).to(x.dtype)


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self, hidden: int, heads: int, intermediate: int, epsilon: float, dropout: Dropout) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.out = nn.Linear(hidden, hidden)
        self.norm1 = nn.LayerNorm(hidden, epsilon)
        self.up = nn.Linear(hidden, intermediate)
        self.down = nn.Linear(intermediate, hidden)
        self.norm2 = nn.LayerNorm(hidden, epsilon)

    def _drop(self, x: Tensor) -> Tensor:
        return self.dropout(x) if self.training else x

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """`x` (batch, tokens, hidden); `mask` (batch, 1, 1, tokens) True where a token is real, None if all are."""
        batch, tokens, hidden = x.shape
        qkv = self.qkv(x).view(batch, tokens, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], attn_mask=mask)
        attended = self.out(attended.transpose(1, 2).reshape(batch, tokens, hidden))
        x = self.norm1(x + self._drop(attended))
        return self.norm2(x + self._drop(self.down(F.gelu(self.up(x)))))


class Network(nn.Module):
    """Encoder, mean pooling, a softmax head for sentiment and a sigmoid head for the value chain.

    The embeddings and the lowest layers stay as pre-trained: with a few thousand posts they only forget, and their
    weights remain exactly what 4 bits can hold.
    """

    def __init__(self, checkpoint: Checkpoint, origin: list[int], categories: int) -> None:
        super().__init__()
        c = checkpoint
        self.words = nn.Embedding(len(origin), c.hidden)
        self.positions = nn.Embedding(c.positions, c.hidden)
        self.norm = nn.LayerNorm(c.hidden, c.epsilon)
        self.dropout = Dropout()
        self.layers = nn.ModuleList(
            Layer(c.hidden, c.heads, c.intermediate, c.epsilon, self.dropout) for _ in range(c.layers)
        )
        self.sentiment = nn.Linear(c.hidden, 3)
        self.categories = nn.Linear(c.hidden, categories)
        self._load(checkpoint, origin)
        for module in (self.words, self.positions, self.norm, *self.layers[:FROZEN_LAYERS]):
            module.requires_grad_(False)

    def train(self, mode: bool = True) -> Network:
        """As usual, except that the frozen part always runs as in inference."""
        super().train(mode)
        self.layers[:FROZEN_LAYERS].eval()
        return self

    def set_dropout(self, rate: float, seed: int) -> None:
        """Draw the pool of dropout masks: 16 million numbers, about eighty batches' worth of one layer."""
        generator = torch.Generator().manual_seed(seed)
        kept = torch.rand(1 << 24, generator=generator) >= rate
        self.dropout.set((kept / (1 - rate)).to(torch.bfloat16))

    def _load(self, checkpoint: Checkpoint, origin: list[int]) -> None:
        t = {name: torch.from_numpy(values) for name, values in checkpoint.tensors.items()}
        hidden = checkpoint.hidden
        with torch.no_grad():
            self.words.weight.copy_(t["emb.word"][origin])
            self.positions.weight.copy_(t["emb.pos"].view(-1, hidden) + t["emb.type"].view(-1, hidden)[0])
            self.norm.weight.copy_(t["emb.ln.w"])
            self.norm.bias.copy_(t["emb.ln.b"])
            for i, layer in enumerate(self.layers):
                layer.qkv.weight.copy_(torch.cat([t[f"l{i}.{name}.w"] for name in "qkv"]))
                layer.qkv.bias.copy_(torch.cat([t[f"l{i}.{name}.b"] for name in "qkv"]))
                for module, name in (
                    (layer.out, "ao"),
                    (layer.norm1, "aln"),
                    (layer.up, "fi"),
                    (layer.down, "fo"),
                    (layer.norm2, "oln"),
                ):
                    module.weight.copy_(t[f"l{i}.{name}.w"])
                    module.bias.copy_(t[f"l{i}.{name}.b"])

    def states(self, ids: Tensor, lengths: Tensor, passes: int = 1) -> tuple[Tensor, Tensor]:
        """Token ids (batch, tokens), padded at the end, and their lengths → the last layer (batch × passes, tokens, hidden)
        and where a token is real (batch × passes, tokens). While training, each of the `passes` has other dropout masks."""
        real = torch.arange(ids.shape[1]) < lengths[:, None]
        mask = None if bool(real.all()) else real[:, None, None, :]
        with torch.no_grad():
            x = self.norm(self.words(ids) + self.positions.weight[: ids.shape[1]])
            for layer in self.layers[:FROZEN_LAYERS]:
                x = layer(x, mask)
            x = x.detach().repeat(passes, 1, 1)  # the frozen part knows no dropout: once is enough
            real, mask = real.repeat(passes, 1), None if mask is None else mask.repeat(passes, 1, 1, 1)
        for layer in self.layers[FROZEN_LAYERS:]:
            x = layer(x, mask)
        return x, real

    def forward(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the sentiment classes (batch, 3) and of the value-chain categories (batch, categories)."""
        return self.classify(*self.states(ids, lengths))

    def classify(self, states: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        """The two heads on the mean of the last layer; arguments as `states` returns them."""
        pooled = (states * real[..., None]).sum(1).float() / real.sum(1)[:, None]
        if self.training:
            pooled = self.dropout(pooled)
        return self.sentiment(pooled), self.categories(pooled)


class MaskedHead(nn.Module):
    """Guesses hidden pieces from their surroundings (masked language modelling: Devlin et al., 2019); only for training.

    Scores are products with the frozen word embeddings: nothing the size of the vocabulary is learnt.
    """

    def __init__(self, hidden: int, pieces: int, epsilon: float) -> None:
        super().__init__()
        self.transform = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden, epsilon)
        self.bias = nn.Parameter(torch.zeros(pieces))

    def forward(self, states: Tensor, words: Tensor) -> Tensor:
        """States of `n` hidden positions (n, hidden) and the embeddings (pieces, hidden) → logits (n, pieces)."""
        return F.linear(self.norm(F.gelu(self.transform(states))), words) + self.bias

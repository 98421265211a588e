"""Speed of the shipped sentiment model against torch and float32 onnxruntime, on the same posts in one run.

    python -m benchmarks.sentiment --posts ../shared/data/sentiment/val.jsonl

Needs the extra `torch` and `onnx`. `--reference` is the float32 model that `make model` leaves in `models/work/fp32`;
without it the shipped weights are widened to float32: then speed can be compared, but not what 8-bit weights cost.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.graph import BLOCK, Graph, Weights, build, int8_matrix
from processors.sentiment import CLASSES, SentimentModel
from processors.sentiment.model import SHIPPED, open_tokenizer
from processors.sentiment.text import prepare

Array = npt.NDArray[np.float32]
THREADS = 2
BATCH = 32


def widen(file: Path) -> Weights:
    """The weights of a model file of ours, 8-bit or float32, as float32 tensors named as in training."""
    import onnx
    from onnx import TensorProto, numpy_helper

    graph = onnx.load(file).graph
    raw = {t.name: t for t in graph.initializer}
    c = {name: numpy_helper.to_array(t) for name, t in raw.items() if t.data_type != TensorProto.INT4}
    layers = sum(name.endswith(".qkv.b") for name in c)
    t: dict[str, Array] = {"positions.weight": c["positions"]}
    if "words" in c:
        t["words.weight"] = c["words"]
    else:
        packed = np.frombuffer(raw["words"].raw_data, np.uint8).reshape(raw["words"].dims[0], -1)
        nibbles = np.stack([packed & 0x0F, packed >> 4], -1).reshape(len(packed), -1).astype(np.int8)
        values = np.where(nibbles > 7, nibbles - 16, nibbles).astype(np.float32)
        scales = np.repeat(c["words.s"].astype(np.float32), BLOCK, axis=1)
        t["words.weight"] = values * scales
    for name in ("norm", *(f"layers.{i}.norm{n}" for i in range(layers) for n in (1, 2)), "sentiment", "categories"):
        t[f"{name}.weight"], t[f"{name}.bias"] = c[f"{name}.w"], c[f"{name}.b"]
    for i in range(layers):
        for part in ("qkv", "out", "up", "down"):
            p = f"layers.{i}.{part}"
            weight = c[f"{p}.w"].T.astype(np.float32)
            if f"{p}.s" in c:
                weight = weight * c[f"{p}.s"][:, None]
            if f"{p}.smooth" in c:
                weight = weight * c[f"{p}.smooth"]
            t[f"{p}.weight"], t[f"{p}.bias"] = weight, c[f"{p}.b"]
    return Weights(t, layers)


def torch_pipeline(weights: Weights, folder: Path) -> Callable[[list[str]], list[str]]:
    """(a): `transformers.pipeline` in torch float32, batches of 32, as most people run such a model."""
    import torch
    from transformers import BertConfig, BertModel, BertPreTrainedModel, PreTrainedTokenizerFast, pipeline
    from transformers.modeling_outputs import SequenceClassifierOutput
    from transformers.utils import logging as hf_logging

    class MeanPooled(BertPreTrainedModel):  # type: ignore[misc, no-any-unimported]
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.bert = BertModel(config, add_pooling_layer=False)
            self.classifier = torch.nn.Linear(config.hidden_size, config.num_labels)
            self.post_init()

        def forward(self, input_ids: Any, attention_mask: Any, **_: Any) -> Any:
            hidden = self.bert(input_ids, attention_mask=attention_mask)[0]
            mask = attention_mask[..., None].to(hidden.dtype)
            return SequenceClassifierOutput(logits=self.classifier((hidden * mask).sum(1) / mask.sum(1)))

    hf_logging.set_verbosity(hf_logging.CRITICAL)  # it lists every class that it knows instead of ours
    torch.set_num_threads(THREADS)
    t = weights.tensors
    config = BertConfig(
        vocab_size=len(t["words.weight"]), hidden_size=384, num_hidden_layers=weights.layers, num_attention_heads=12,
        intermediate_size=1536, max_position_embeddings=128, layer_norm_eps=1e-12, pad_token_id=1,
        id2label=dict(enumerate(CLASSES)), label2id={c: i for i, c in enumerate(CLASSES)},
    )  # fmt: skip
    model = MeanPooled(config).eval()
    model.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in _bert_names(weights).items()}, strict=False)
    marks = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), model_max_length=128,
        model_input_names=["input_ids", "attention_mask"], **marks,
    )  # fmt: skip
    pipe = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    return lambda texts: [a["label"] for a in pipe(texts, batch_size=BATCH, truncation=True)]


def _bert_names(weights: Weights) -> dict[str, Array]:
    t = weights.tensors
    hidden = t["norm.weight"].shape[0]
    names = {
        "bert.embeddings.word_embeddings.weight": t["words.weight"],
        "bert.embeddings.position_embeddings.weight": t["positions.weight"][:128],
        "bert.embeddings.token_type_embeddings.weight": np.zeros((2, hidden), np.float32),
        "classifier.weight": t["sentiment.weight"],
        "classifier.bias": t["sentiment.bias"],
    }
    for end in ("weight", "bias"):
        names[f"bert.embeddings.LayerNorm.{end}"] = t[f"norm.{end}"]
        for i in range(weights.layers):
            ours, theirs = f"layers.{i}.", f"bert.encoder.layer.{i}."
            for j, part in enumerate(("query", "key", "value")):
                names[f"{theirs}attention.self.{part}.{end}"] = t[f"{ours}qkv.{end}"][j * hidden : (j + 1) * hidden]
            for a, b in (
                ("out", "attention.output.dense"), ("norm1", "attention.output.LayerNorm"), ("up", "intermediate.dense"),
                ("down", "output.dense"), ("norm2", "output.LayerNorm"),
            ):  # fmt: skip
                names[f"{theirs}{b}.{end}"] = t[f"{ours}{a}.{end}"]
    return names


def onnx_fp32(weights: Weights, folder: Path) -> Callable[[list[str]], list[str]]:
    """(b): onnxruntime in float32 with fused operators, two threads inside a call, batches of 32 in order of arrival."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = ort.InferenceSession(build(weights).SerializeToString(), options)
    tokenizer = open_tokenizer(folder)
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    tokenizer.enable_truncation(128)

    def run(texts: list[str]) -> list[str]:
        labels: list[str] = []
        for start in range(0, len(texts), BATCH):
            encoded = tokenizer.encode_batch(texts[start : start + BATCH])
            ids, mask = np.array([e.ids for e in encoded]), np.array([e.attention_mask for e in encoded])
            logits = session.run(["logits"], {"input_ids": ids, "attention_mask": mask})[0]
            labels += [CLASSES[i] for i in logits.argmax(1)]
        return labels

    return run


def int8_peak(seconds: float = 2.0) -> float:
    """Operations a second (two a multiply-add) of this machine's best 8-bit matrix product, on two threads."""
    import onnxruntime as ort
    from onnx import TensorProto, helper

    size = 1024
    g = Graph()
    w, _, _ = int8_matrix(g, "w", np.random.default_rng(0).normal(size=(size, size)).astype(np.float32))
    g.node("MatMulInteger", ["a", w], "y")
    graph = helper.make_graph(
        g.nodes, "peak", [helper.make_tensor_value_info("a", TensorProto.UINT8, [size, size])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [size, size])], [c for c in g.constants if c.name == w],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model.SerializeToString(), options)
    a = np.random.default_rng(1).integers(0, 255, (size, size)).astype(np.uint8)

    def work(_: int) -> float:
        done, started = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - started) < seconds:
            session.run(None, {"a": a})
            done += 1
        return done * 2 * size**3 / elapsed

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(work, range(THREADS)))


def operations(tokens: int, layers: int, posts: int) -> float:
    """Multiply-adds × 2 of the matrix products over `tokens` tokens in `posts` windows of average length."""
    hidden, up = 384, 1536
    linear = 2 * layers * (4 * hidden * hidden + 2 * hidden * up)
    attention = 2 * layers * 2 * hidden * tokens / max(1, posts)
    return tokens * (linear + attention)


def timed(run: Callable[[list[str]], list[str]], texts: list[str]) -> tuple[float, list[str]]:
    """Posts a second, and the labels."""
    started = time.perf_counter()
    labels = run(texts)
    return len(texts) / (time.perf_counter() - started), labels


def shipped(folder: Path, texts: list[str]) -> tuple[float, list[str], SentimentModel]:
    """(c): a fresh model, so that nothing is in the cache yet."""
    model = SentimentModel.load(folder, threads=THREADS)
    model.predict(["warm up"])
    speed, labels = timed(lambda t: [a.label for a in model.predict(t)], texts)
    return speed, labels, model


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=Path, default=Path("../shared/data/sentiment/val.jsonl"))
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--reference", type=Path, default=None, help="folder of the float32 model")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.posts.read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows]
    prepared = [prepare(text) for text in texts]
    weights = widen((options.reference or options.model) / "onnx" / "model.onnx")
    roads = {"torch_fp32": torch_pipeline(weights, options.model), "onnx_fp32": onnx_fp32(weights, options.model)}
    speeds: dict[str, list[float]] = {name: [] for name in (*roads, "shipped", "shipped_half_repeated")}
    labels: dict[str, list[str]] = {}
    half = [texts[i // 2] for i in range(len(texts))]
    for run in roads.values():
        run(prepared[:64])
    for _ in range(options.rounds):
        for name, run in roads.items():
            speed, labels[name] = timed(run, prepared)
            speeds[name].append(speed)
        speed, labels["shipped"], model = shipped(options.model, texts)
        speeds["shipped"].append(speed)
        speeds["shipped_half_repeated"].append(shipped(options.model, half)[0])
    best = {name: max(values) for name, values in speeds.items()}
    stats, peak = model.stats, int8_peak()
    rate = operations(stats.tokens, weights.layers, stats.windows) / (stats.infer_seconds / THREADS)
    agreement = np.mean([a == b for a, b in zip(labels["shipped"], labels["onnx_fp32"], strict=True)])
    result = {
        "posts": len(texts),
        "threads": THREADS,
        "posts_per_second": {name: round(value, 1) for name, value in best.items()},
        "all_rounds": {name: [round(v, 1) for v in values] for name, values in speeds.items()},
        "ratio_to_torch": {name: round(value / best["torch_fp32"], 2) for name, value in best.items()},
        "label_agreement_with_fp32": round(100 * float(agreement), 2),
        "macro_f1": {name: round(mean_f1(rows, predicted), 2) for name, predicted in labels.items()},
        "tokenising_share": round(stats.tokenise_seconds / (stats.tokenise_seconds + stats.infer_seconds / THREADS), 4),
        "int8_gops": round(rate / 1e9, 1),
        "int8_peak_gops": round(peak / 1e9, 1),
        "share_of_peak": round(rate / peak, 3),
    }
    print(json.dumps(result, indent=1))


def mean_f1(rows: list[dict[str, Any]], predicted: list[str]) -> float:
    """Mean over languages of the macro-F1, in per cent; nan without labels."""
    if not all("label" in row for row in rows):
        return float("nan")
    from models.scores import by_language

    truth = np.array([CLASSES.index(row["label"]) for row in rows])
    return by_language(truth, np.array([CLASSES.index(p) for p in predicted]), [row["lang"] for row in rows])["mean"]


if __name__ == "__main__":
    main()

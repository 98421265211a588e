"""Step 7: the model folder in Hugging Face layout: config, tokenizer, `onnx/model.onnx`, model card, checksums."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import onnx

from models.data import CLASSES
from models.graph import Site, Weights, build
from models.value_chain import CATEGORIES

FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx", "README.md")


def write_model(
    folder: Path, weights: Weights, tokenizer: Path, sites: dict[str, Site] | None, resonanz: dict[str, Any]
) -> Path:
    """Write the folder without its card, in 8 bits if there are `sites`.

    `resonanz` holds version, temperatures, thresholds and confusion matrix (`processors.sentiment.settings`).
    """
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    onnx.save(build(weights, sites), folder / "onnx" / "model.onnx")
    (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    write_config(folder, weights, resonanz)
    marks = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 128, **marks},
    )
    return folder


def write_config(folder: Path, weights: Weights, resonanz: dict[str, Any]) -> None:
    """`config.json`: the architecture, the labels and our own part."""
    vocabulary, hidden = weights.tensors["words.weight"].shape
    config = {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "hidden_size": hidden,
        "num_hidden_layers": weights.layers,
        "num_attention_heads": 12,
        "intermediate_size": len(weights.tensors["layers.0.up.bias"]),
        "max_position_embeddings": 128,
        "vocab_size": vocabulary,
        "pad_token_id": 1,
        "id2label": {str(i): name for i, name in enumerate(CLASSES)},
        "label2id": {name: i for i, name in enumerate(CLASSES)},
        "categories": list(CATEGORIES),
        "resonanz": resonanz,
    }
    write_json(folder / "config.json", config)


def write_json(path: Path, value: object) -> None:
    """Indented UTF-8 JSON with a final newline."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_checksums(folder: Path) -> None:
    """SHA256SUMS over every file of the folder, in the format of `sha256sum`."""
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in FILES]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")

"""Choosing what runs a model: onnxruntime for folders with an ONNX file, transformers for everything else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from processors.sentiment.model import SentimentModel
from processors.sentiment.prediction import Model, ModelError


def open_model(
    name_or_path: str | None = None, *, threads: int | None = None, label_map: Mapping[str, str] | None = None
) -> Model:
    """Open the shipped model (None or ""), a model folder, or a model by its Hugging Face name.

    A folder with `onnx/model.onnx` runs in onnxruntime. Any other text-classification model runs in
    `transformers.pipeline`, which needs the extra ``resonanz[torch]``; `label_map` then says which of its labels mean
    negative, neutral and positive. Raises ModelError with what to install or to set.
    """
    if not name_or_path:
        return SentimentModel.load(threads=threads)
    folder = Path(name_or_path).expanduser()
    if any((folder / file).is_file() for file in ("onnx/model.onnx", "model.onnx")):
        return SentimentModel.load(folder, threads=threads, label_map=label_map)
    if not folder.is_dir() and (folder.is_absolute() or name_or_path.startswith((".", "~"))):
        raise ModelError(f"No model in {folder}: the folder does not exist.")
    from processors.sentiment.torch_pipeline import TorchModel

    return TorchModel.load(name_or_path, threads=threads, label_map=label_map)

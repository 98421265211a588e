"""Other people's models, through transformers."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from processors.sentiment import ModelError, open_model
from processors.sentiment.settings import class_order
from processors.sentiment.torch_pipeline import TorchModel


def _has_torch() -> bool:
    try:
        return bool(version("torch"))
    except PackageNotFoundError:
        return False


class _Pipeline:
    """Answers like `transformers.pipeline(top_k=None)`: label and score pairs, best first, with a fourth class."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, texts: list[str], batch_size: int) -> list[list[dict[str, Any]]]:
        self.seen += texts
        good = [{"label": "POS", "score": 0.6}, {"label": "MIXED", "score": 0.2}, {"label": "NEU", "score": 0.1}]
        bad = [{"label": "NEG", "score": 0.7}, {"label": "MIXED", "score": 0.1}, {"label": "NEU", "score": 0.1}]
        return [
            [*good, {"label": "NEG", "score": 0.1}] if "gut" in text else [*bad, {"label": "POS", "score": 0.1}]
            for text in texts
        ]


@pytest.fixture
def model() -> TorchModel:
    return TorchModel(_Pipeline(), ["NEG", "NEU", "POS"], "test", clock=lambda: 0.0)


def test_labels_are_mapped_and_further_classes_left_out(model: TorchModel) -> None:
    good, bad = model.predict(["gut so", "schlecht"])
    assert (good.label, bad.label) == ("positive", "negative")
    assert good.probabilities == pytest.approx((0.125, 0.125, 0.75))
    assert good.value_chain == ()


def test_order_is_kept_and_repeats_are_read_once() -> None:
    pipeline = _Pipeline()
    model = TorchModel(pipeline, ["NEG", "NEU", "POS"], "test", clock=lambda: 0.0)
    labels = [a.label for a in model.predict(["gut", "schlecht, sehr schlecht", "", "gut @a", "gut @b"])]
    assert labels == ["positive", "negative", "neutral", "positive", "positive"]
    assert len(pipeline.seen) == 3


def test_a_class_without_a_label_is_an_error_that_says_what_to_set() -> None:
    with pytest.raises(ModelError, match=r"none of which is mapped to neutral.*set a label map"):
        class_order({"0": "NEG", "1": "POS"}, {"NEG": "negative", "pos": "positive"}, "some/model")


def test_a_map_may_use_any_case() -> None:
    assert class_order(
        {"0": "Pos", "1": "NEU", "2": "neg"}, {"POS": "Positive", "neu": "neutral", "NEG": "negative"}, "m"
    ) == [2, 1, 0]


@pytest.mark.skipif(_has_torch(), reason="torch is installed")
def test_without_torch_the_error_says_what_to_install() -> None:
    with pytest.raises(ModelError, match=r"resonanz\[torch\]"):
        open_model("someone/some-model")


def test_a_path_that_does_not_exist_is_not_taken_for_a_hub_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the folder does not exist"):
        open_model(str(tmp_path / "nowhere"))


@pytest.mark.skipif(not _has_torch(), reason="torch is not installed")
def test_a_folder_without_onnx_runs_in_transformers(tmp_path: Path) -> None:
    """A model of random weights: what counts is that the road from folder to answers is whole."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = {word: i for i, word in enumerate(("[PAD]", "[UNK]", "gut", "schlecht", "sehr"))}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=32
    )
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, num_labels=3, id2label={0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    fast.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="set a label map"):
        open_model(str(tmp_path))
    labels = {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}
    model = open_model(str(tmp_path), label_map=labels, threads=1)
    answers = model.predict(["gut", "", "sehr " * 500, "😀", "sehr schlecht"])
    assert len(answers) == 5
    assert answers[1].label == "neutral"
    assert all(sum(a.probabilities) == pytest.approx(1, abs=1e-6) for a in answers)
    assert "torch" in model.version

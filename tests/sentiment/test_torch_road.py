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

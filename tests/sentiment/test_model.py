"""The model as the pipeline uses it: robust, repeatable, honest about what it skipped."""

from __future__ import annotations

import math
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.sentiment import CATEGORIES, CLASSES, ModelError, Prediction, SentimentModel, open_model

WEIRD = [
    "",
    " ",
    "\u200b\ufeff",
    "😂😡🤷🏽‍♀️",
    "!!!",
    "#",
    "x" * 100_000,
    "Das war wirklich gut. " * 5_000,
    "\ud83d",
    "\x00\x01\x02",
    "<script>alert(1)</script>",
    "</s> <s> <pad> <unk> <mask>",
    "Das Essen was great, mais le service était nul",
    "WARUM GEHT DAS NICHT",
    "schoen gemacht, waere gern nochmal da",
    "这家店很好",
    "مرحبا",
    "T̶h̷i̸s̵ is z̴a̶l̷g̸o̵",
    "http://a.b http://c.d",
    "@a @b @c",
]


def _sound(prediction: Prediction) -> bool:
    return (
        prediction.label in CLASSES
        and len(prediction.probabilities) == 3
        and all(0 <= p <= 1 for p in prediction.probabilities)
        and math.isclose(sum(prediction.probabilities), 1, abs_tol=1e-9)
        and prediction.probabilities[CLASSES.index(prediction.label)] == max(prediction.probabilities)
        and set(prediction.value_chain) <= set(CATEGORIES)
    )


def test_strange_texts_get_sound_answers(model: SentimentModel) -> None:
    answers = model.predict(WEIRD)
    assert len(answers) == len(WEIRD)
    assert all(map(_sound, answers))


@given(st.lists(st.text(max_size=200), max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gets_a_sound_answer(model: SentimentModel, texts: list[str]) -> None:
    answers = model.predict(texts, [""] * len(texts))
    assert len(answers) == len(texts)
    assert all(map(_sound, answers))


def test_nothing_said_is_neutral_and_counted(model: SentimentModel) -> None:
    before = model.stats.empty
    assert model.predict([" \u200b "])[0].probabilities == (0.0, 1.0, 0.0)
    assert model.stats.empty == before + 1


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Ich liebe diesen Laden, der Service war großartig! 😍", "positive"),
        ("So eine Frechheit, drei Stunden Verspätung und niemand hilft 😡", "negative"),
        ("Das Geschäft öffnet um 9 Uhr.", "neutral"),
        ("I love this phone, best purchase of the year", "positive"),
        ("Worst customer service ever, never again", "negative"),
        ("Das ist nicht gut, ich bin enttäuscht", "negative"),
        ("Not good at all, I am disappointed", "negative"),
    ],
)
def test_plain_opinions_are_understood(model: SentimentModel, text: str, label: str) -> None:
    assert model.predict([text])[0].label == label


def test_lost_luggage_is_a_matter_of_delivery(model: SentimentModel) -> None:
    assert "outbound_logistics" in model.predict(["@delta you lost my luggage again, where is my bag?"])[0].value_chain


def test_an_answer_does_not_depend_on_the_posts_beside_it(folder: Path, model: SentimentModel) -> None:
    """A replay batches posts differently than the live run did, and must give the same numbers."""
    texts = [
        f"{word} Tag Nummer {i} " + "und so weiter " * (i % 9) for i, word in enumerate(["Guter", "Mieser", "Ein"] * 12)
    ]
    alone = SentimentModel.load(folder, threads=1, cache_size=0)
    together = dict(zip(texts, model.predict(texts), strict=True))
    shuffled = random.Random(1).sample(texts, len(texts))
    for text, answer in zip(shuffled, model.predict(shuffled), strict=True):
        assert answer == together[text]
    for text in texts[::5]:
        single = alone.predict([text])[0]
        assert single.label == together[text].label
        assert single.probabilities == pytest.approx(together[text].probabilities, abs=2e-3)


def test_small_edits_change_no_class(model: SentimentModel, validation: list[dict[str, Any]]) -> None:
    """At least 98 of 100 posts keep their class when user names, links and spaces change."""
    texts = [row["text"] for row in validation[::4]]
    plain = [a.label for a in model.predict(texts)]
    edits = (
        lambda t: t.replace("@user", "@Max_Muster99"),
        lambda t: t.replace("http", "https://t.co/Ab12Cd"),
        lambda t: f"  {t} \n ",
        lambda t: f"{t}\u200b",
        lambda t: t.replace("!!!", "!!!!!!"),
    )
    for edit in edits:
        edited = [a.label for a in model.predict([edit(t) for t in texts])]
        assert sum(a == b for a, b in zip(plain, edited, strict=True)) >= 0.98 * len(texts)


def test_reposts_are_read_once(folder: Path) -> None:
    fresh = SentimentModel.load(folder, threads=1)
    fresh.predict(["Toller Tag heute @a", "Toller Tag heute @b", "Toller Tag heute @c"])
    assert (fresh.stats.windows, fresh.stats.cache_hits) == (1, 2)
    fresh.predict(["Toller Tag heute @d"])
    assert (fresh.stats.windows, fresh.stats.cache_hits) == (1, 3)


def test_the_cache_forgets_the_oldest(folder: Path) -> None:
    small = SentimentModel.load(folder, threads=1, cache_size=2)
    small.predict(["eins"])
    small.predict(["zwei", "drei"])
    small.predict(["eins"])
    assert small.stats.cache_hits == 0


def test_threads_may_share_a_model(model: SentimentModel) -> None:
    texts = [f"Das ist Beitrag {i}, ganz nett" for i in range(40)]
    expected = model.predict(texts)
    with ThreadPoolExecutor(4) as pool:
        assert all(answer == expected for answer in pool.map(lambda _: model.predict(texts), range(8)))


def test_a_deadline_shortens_long_posts_visibly(folder: Path) -> None:
    model = SentimentModel.load(folder, threads=1, cache_size=0)
    long = ["Das war alles in allem ein schöner Tag mit vielen Worten. " * 200] * 3
    texts = [f"{i} {t}" for i, t in enumerate(long)]
    model.predict(["zum Messen der Geschwindigkeit"] * 2)
    assert model.stats.shortened == 0
    answers = model.predict(texts, deadline=0.001)
    assert all(map(_sound, answers))
    assert model.stats.shortened_by["first_tokens"] == 3
    assert model.stats.shortened >= 3


def test_a_generous_deadline_changes_nothing(folder: Path) -> None:
    model = SentimentModel.load(folder, threads=1, cache_size=0)
    texts = ["Ein schöner Tag", "Ein mieser Tag"]
    assert model.predict(texts, deadline=1_000) == model.predict(texts)
    assert model.stats.shortened == 0


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere: config\.json is missing"):
        SentimentModel.load(tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["onnx/model.onnx", "tokenizer.json", "config.json"])
def test_a_missing_file_is_named(folder: Path, tmp_path: Path, file: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "model"))
    (copy / file).unlink()
    with pytest.raises(ModelError, match=file.rsplit("/", 1)[-1]):
        SentimentModel.load(copy)


def test_a_damaged_model_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "model"))
    data = bytearray((copy / "onnx" / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (copy / "onnx" / "model.onnx").write_bytes(data)
    with pytest.raises(ModelError, match=r"model\.onnx is damaged"):
        SentimentModel.load(copy)


def test_labels_of_another_model_need_a_map(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "model"))
    (copy / "SHA256SUMS").unlink()
    config = (copy / "config.json").read_text(encoding="utf-8")
    for i, name in enumerate(CLASSES):
        config = config.replace(f'"{i}": "{name}"', f'"{i}": "LABEL_{2 - i}"')
    (copy / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(ModelError, match="set a label map"):
        open_model(str(copy))
    mapped = open_model(str(copy), label_map={"LABEL_2": "negative", "LABEL_1": "neutral", "LABEL_0": "positive"})
    assert mapped.predict(["Ich liebe das, großartig!"])[0].label == "positive"


def test_the_shipped_model_is_small_and_says_where_it_comes_from(folder: Path) -> None:
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    assert size <= 40_000_000
    assert (folder / "README.md").exists()
    assert (folder / "SHA256SUMS").exists()

"""The parts of training whose mistakes would not show in a figure."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models import data, scores
from models.recipe import STAGES, select
from models.value_chain import AIRLINE_REASONS, RAILWAY_ASPECTS, airline_categories, railway_categories
from processors.sentiment import CATEGORIES


def test_every_mapped_category_is_one_of_the_nine() -> None:
    mapped = set().union(*AIRLINE_REASONS.values()) | {c for c in RAILWAY_ASPECTS.values() if c}
    assert mapped <= set(CATEGORIES)


def test_praise_has_no_reason_and_is_left_out() -> None:
    assert airline_categories("positive", "") is None
    assert airline_categories("negative", "Can't Tell") == frozenset()
    assert airline_categories("negative", "Lost Luggage") == {"outbound_logistics"}


def test_railway_aspects_are_read_with_their_polarity_cut_off() -> None:
    aspects = (
        "Allgemein#Haupt:negative Zugfahrt#Pünktlichkeit:negative Service_und_Kundenbetreuung#Zugbetreuung:neutral"
    )
    assert railway_categories(True, aspects) == {"operations", "human_resources"}
    assert railway_categories(True, "Allgemein#Haupt:negative") == frozenset()
    assert railway_categories(False, "") == frozenset()
    assert railway_categories(True, "") is None


def test_the_held_back_fifth_is_fixed_and_blind_to_case() -> None:
    held = [data.held_back(f"post number {i}") for i in range(5_000)]
    assert 0.18 < np.mean(held) < 0.22
    assert data.held_back("The Same") == data.held_back("the same")


def test_no_stage_of_training_reads_a_held_back_post() -> None:
    posts = [data.Post(f"luggage {i}", "en", "airlines", None, frozenset({"operations"})) for i in range(2_000)]
    for stage in STAGES:
        chosen = {p.text for p in select(stage, posts, stage.seed)}
        assert chosen
        assert not any(data.held_back(text) for text in chosen)


def test_priors_correct_for_class_shares_and_exclude_absent_classes() -> None:
    posts = [data.Post("a", "de", "c", label) for label in (0, 0, 0, 2)]
    negative, neutral, positive = data.log_priors(posts)["c", "de"]
    assert negative == pytest.approx(math.log(3 * 0.75))
    assert neutral == data.ABSENT
    assert positive == pytest.approx(math.log(3 * 0.25))


def test_figures_agree_with_a_count_by_hand() -> None:
    truth, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2, 0])
    # F1 by hand: negative 2·1/(2+2), neutral 2·1/(1+2), positive 2·2/(3+2)
    assert scores.macro_f1(truth, predicted) == pytest.approx(100 * (0.5 + 2 / 3 + 0.8) / 3)
    assert scores.confusion(truth, predicted)[2].tolist() == pytest.approx([1 / 3, 0, 2 / 3])
    table = scores.categories_table(np.array([[True] + [False] * 8, [False] * 9]), np.array([[False] * 9, [False] * 9]))
    assert table["operations"]["n"] == 0
    assert table["unrouted"] == {"precision": 50.0, "recall": 100.0, "f1": pytest.approx(200 / 3), "n": 1}


def test_four_bit_blocks_are_found_again_exactly() -> None:
    """Embeddings come from 4-bit blocks with scales of either sign; packing them again must lose nothing."""
    graph = pytest.importorskip("models.graph", reason="onnx is not installed")
    chance = np.random.default_rng(3)
    scales = (chance.normal(size=(50, 12, 1)) / 50).astype(np.float16).astype(np.float32)
    nibbles = chance.integers(-8, 8, (50, 12, 32))
    nibbles[:, :, 0] = -8
    weight = (nibbles * scales).reshape(50, 384).astype(np.float32)
    packed, found = graph.pack_int4(weight)
    low, high = (packed & 0x0F).astype(np.int8), (packed >> 4).astype(np.int8)
    values = np.stack([low, high], -1).reshape(50, 384)
    values = np.where(values > 7, values - 16, values).reshape(50, 12, 32)
    assert np.array_equal((values * found[..., None].astype(np.float32)).reshape(50, 384), weight)

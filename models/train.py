"""Step 3: fine-tune. Each stage of the recipe is seeded, writes checkpoints, and continues where it was stopped."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody uses
from tokenizers import Tokenizer
from torch import Tensor

from models import data, rebuild, vocabulary
from models.batches import BATCH, Batch, batches, hide, pad, shorten
from models.network import FROZEN_LAYERS, MaskedHead, Network
from models.recipe import STAGES, Stage, select
from models.value_chain import CATEGORIES

SMOOTHING = 0.05
HIDDEN_WEIGHT = 0.25
LAYER_DECAY = 0.9
HEAD_RATE = 5e-4
WARM_UP = 0.06
AVERAGE_DECAY = 0.997
SAVE_EVERY = 200  # steps


def sentiment_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Weighted cross-entropy with each corpus's log priors added to the logits; smoothing spreads over its classes."""
    present = (batch.priors > data.ABSENT / 2).float()
    log_p = F.log_softmax(logits.float() + batch.priors, dim=1)
    target = F.one_hot(batch.labels, 3).float() * (1 - SMOOTHING) + SMOOTHING * present / present.sum(1, keepdim=True)
    losses = -(target * log_p * present).sum(1)
    return (losses * batch.weights).sum() / len(batch.labels)


def category_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Binary cross-entropy over the nine categories, for the posts labelled with them."""
    losses = F.binary_cross_entropy_with_logits(logits.float(), batch.categories, reduction="none").sum(1)
    return (losses * batch.has_categories).sum() / len(batch.labels)


def disagreement(one: Tensor, other: Tensor) -> Tensor:
    """Symmetric Kullback–Leibler divergence of two passes' sentiment, given their logits (R-drop: Liang et al., 2021)."""
    p, q = F.log_softmax(one.float(), dim=1), F.log_softmax(other.float(), dim=1)
    return 0.5 * ((p.exp() - q.exp()) * (p - q)).sum(1).mean()


def losses(network: Network, masked: MaskedHead, batch: Batch, stage: Stage) -> Tensor:
    """The sum of all losses of one batch; where the stage hides pieces, the guesses count too, and where it asks for agreement, how far two
    passes disagree (each loss is then the mean of both)."""
    ids, hidden, passes = batch.ids, None, 2 if stage.agreement else 1
    if stage.hidden:
        ids, hidden = hide(batch.ids, batch.lengths, network.words.num_embeddings, stage.hidden)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states, real = network.states(ids, batch.lengths, passes)
        sentiment, categories = (logits.chunk(passes) for logits in network.classify(states, real))
        each = [sentiment_loss(s, batch) + category_loss(c, batch) for s, c in zip(sentiment, categories, strict=True)]
        loss = torch.stack(each).mean()
        if stage.agreement:
            loss = loss + stage.agreement * disagreement(*sentiment)
        if hidden is not None and hidden.any():
            guesses = masked(states[hidden.repeat(passes, 1)], network.words.weight)
            loss = loss + HIDDEN_WEIGHT * F.cross_entropy(guesses.float(), batch.ids[hidden].repeat(passes))
    return loss


def parameter_groups(network: Network, rate: float) -> list[dict[str, Any]]:
    """Layer-wise decay: each layer learns at 0.9 of the rate of the one above; heads at their own rate."""
    groups: list[dict[str, Any]] = [
        {
            "params": [*network.sentiment.parameters(), *network.categories.parameters()],
            "peak": HEAD_RATE,
            "weight_decay": 0.0,
        }
    ]
    top = len(network.layers) - 1
    for i, layer in enumerate(network.layers):
        if i >= FROZEN_LAYERS:
            peak = rate * LAYER_DECAY ** (top - i)
            groups.append({"params": [p for p in layer.parameters() if p.ndim > 1], "peak": peak, "weight_decay": 0.01})
            groups.append({"params": [p for p in layer.parameters() if p.ndim == 1], "peak": peak, "weight_decay": 0.0})
    return groups


def schedule(step: int, steps: int, final: float) -> float:
    """Share of the peak rate at `step`: linear warm-up, then a half cosine down to `final`."""
    warm = max(1, int(WARM_UP * steps))
    if step < warm:
        return (step + 1) / warm
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def run_stage(
    stage: Stage,
    posts: Sequence[data.Post],
    validation: Sequence[data.Post],
    tokenizer: Tokenizer,
    network: Network,
    work: Path,
) -> None:
    """Train one stage; leaves `<name>.pt` (last weights) and `<name>-average.pt` (their running mean) in `work`."""
    torch.manual_seed(stage.seed)
    priors = data.log_priors(p for p in posts)
    epochs = [select(stage, posts, 1000 * stage.seed + e) for e in range(stage.epochs)]
    steps = sum(math.ceil(len(e) / BATCH) for e in epochs)
    network.set_dropout(stage.dropout, stage.seed)
    masked = MaskedHead(network.words.embedding_dim, network.words.num_embeddings, network.norm.eps)
    groups = parameter_groups(network, stage.rate)
    if stage.hidden:
        groups.append({"params": list(masked.parameters()), "peak": HEAD_RATE, "weight_decay": 0.0})
    optimiser = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=True)
    means = {k: v.detach().clone() for k, v in network.state_dict().items() if v.dtype.is_floating_point}
    trained = {k for k, p in network.named_parameters() if p.requires_grad}
    partial = work / f"{stage.name}-partial.pt"
    done = 0
    if partial.exists():
        state = torch.load(partial)
        network.load_state_dict(state["network"])
        masked.load_state_dict(state["masked"])
        optimiser.load_state_dict(state["optimiser"])
        means, done = state["average"], state["step"]
    log(f"{stage.name}: {sum(map(len, epochs))} posts, {steps} steps, from step {done}")
    step, started, seen, running = 0, time.time(), 0, 0.0
    network.train()
    for number, epoch in enumerate(epochs):
        for batch in batches(epoch, tokenizer, priors, 1000 * stage.seed + number):
            step += 1
            if step <= done:
                continue
            if stage.stop_at and step > stage.stop_at:
                break
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * schedule(step - 1, steps, stage.final_rate)
            optimiser.zero_grad()
            loss = losses(network, masked, batch, stage)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p.requires_grad], 1.0)
            optimiser.step()
            blend = min(AVERAGE_DECAY, (step + 1) / (step + 10))
            with torch.no_grad():
                for key, parameter in network.named_parameters():
                    if key in trained:
                        means[key].lerp_(parameter, 1 - blend)
            seen += len(batch.labels)
            running += (loss.item() - running) * max(0.02, 1 / (step - done))
            if step % 100 == 0:
                log(f"{stage.name} step {step}/{steps} loss {running:.4f} {seen / (time.time() - started):.1f} posts/s")
            if step % SAVE_EVERY == 0:
                torch.save(
                    {
                        "network": network.state_dict(),
                        "masked": masked.state_dict(),
                        "optimiser": optimiser.state_dict(),
                        "average": means,
                        "step": step,
                    },
                    partial,
                )
            if step % 1000 == 0:
                log(f"{stage.name} step {step} {report(network, tokenizer, validation)}")
    torch.save(network.state_dict(), work / f"{stage.name}.pt")
    log(f"{stage.name} last {report(network, tokenizer, validation)}")
    network.load_state_dict(means)
    torch.save(network.state_dict(), work / f"{stage.name}-average.pt")
    log(f"{stage.name} average {report(network, tokenizer, validation)}")
    partial.unlink(missing_ok=True)


@torch.no_grad()
def predict(
    network: Network, tokenizer: Tokenizer, texts: Sequence[str], batch: int = 64
) -> tuple[np.ndarray, np.ndarray]:
    """Logits of both heads for `texts`, in order."""
    was_training = network.training
    network.eval()
    rows = [shorten(e.ids) for e in tokenizer.encode_batch_fast(list(texts))]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    sentiment, categories = np.zeros((len(rows), 3), np.float32), np.zeros((len(rows), len(CATEGORIES)), np.float32)
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            s, c = network(*pad([rows[i] for i in chosen]))
        sentiment[chosen], categories[chosen] = s.float().numpy(), c.float().numpy()
    network.train(was_training)
    return sentiment, categories


def macro_f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Mean of the three classes' F1, in per cent."""
    scores = []
    for c in range(3):
        hit = np.sum((truth == c) & (predicted == c))
        scores.append(2 * hit / max(1, np.sum(truth == c) + np.sum(predicted == c)))
    return float(100 * np.mean(scores))


def report(network: Network, tokenizer: Tokenizer, posts: Sequence[data.Post]) -> str:
    """Macro-F1 on `posts` per language and their mean, as one line of JSON."""
    logits, _ = predict(network, tokenizer, [p.text for p in posts])
    predicted, truth = logits.argmax(1), np.array([p.label for p in posts])
    languages = np.array([p.language for p in posts])
    scores = {
        lang: round(macro_f1(truth[languages == lang], predicted[languages == lang]), 1) for lang in data.LANGUAGES
    }
    return json.dumps({"mean": round(float(np.mean(list(scores.values()))), 2), **scores})


def log(message: str) -> None:
    """A line with the time of day; flushed, because training is followed from outside."""
    print(time.strftime("%H:%M:%S"), message, flush=True)


def prepare_work(source: Path, work: Path) -> tuple[list[data.Post], Tokenizer, list[int]]:
    """Read all posts, and build the pruned vocabulary unless `work` already holds it."""
    work.mkdir(parents=True, exist_ok=True)
    posts = data.umsab(source, "train") + data.extra(source) + data.value_chain(source) + data.written()
    pruned, origin = work / "tokenizer.json", work / "origin.json"
    if not origin.exists():
        real = [p for p in posts if p.corpus != "written"]  # what people wrote decides which pieces are kept
        texts = [p.text for p in real if p.categories is None or not data.held_back(p.text)]
        result = vocabulary.prune(rebuild.tokenizer_file(), texts)
        pruned.write_text(json.dumps(result.tokenizer, ensure_ascii=False), encoding="utf-8")
        origin.write_text(json.dumps(result.origin), encoding="utf-8")
    return posts, Tokenizer.from_file(str(pruned)), json.loads(origin.read_text(encoding="utf-8"))


def main() -> None:
    """Command line: train the stages that are not done yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder with sentiment/ and airlines/"
    )
    parser.add_argument("--work", type=Path, default=Path("models/work"), help="folder for checkpoints")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    posts, tokenizer, origin = prepare_work(options.data, options.work)
    validation = data.umsab(options.data, "val")
    run_all(posts, validation, tokenizer, rebuild.load_checkpoint(), origin, options.work)


def average(files: Sequence[Path]) -> dict[str, Tensor]:
    """The plain mean of several state dicts."""
    states = [torch.load(file) for file in files]
    return {key: torch.stack([s[key].float() for s in states]).mean(0) for key in states[0]}


def run_all(
    posts: Sequence[data.Post],
    validation: Sequence[data.Post],
    tokenizer: Tokenizer,
    checkpoint: rebuild.Checkpoint,
    origin: list[int],
    work: Path,
) -> None:
    """Run the stages whose result is not in `work` yet."""
    for stage in STAGES:
        if (work / f"{stage.name}-average.pt").exists():
            continue
        network = Network(checkpoint, origin, len(CATEGORIES))
        if stage.start:
            network.load_state_dict(average([work / f"{name}-average.pt" for name in stage.start]))
        run_stage(stage, posts, validation, tokenizer, network, work)


if __name__ == "__main__":
    main()

"""`make model`: every step from the PyPI wheels and the labelled posts to the shipped folder.

    python -m models --data ../shared/data --work models/work --out processors/sentiment/shipped

Steps already done (their files are in `--work`) are skipped, so that a stopped run continues.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from functools import partial
from pathlib import Path

import torch

from models import baselines, card, data, evaluate, export, finish, quantise, rebuild, train
from models.graph import Weights
from models.network import Network
from models.recipe import STAGES
from models.value_chain import CATEGORIES
from processors.sentiment import SentimentModel


def main() -> None:
    """Train, average, calibrate, quantise, export, evaluate, write the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder with sentiment/ and airlines/"
    )
    parser.add_argument("--work", type=Path, default=Path("models/work"), help="folder for checkpoints")
    parser.add_argument(
        "--out", type=Path, default=Path("processors/sentiment/shipped"), help="folder of the finished model"
    )
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    posts, tokenizer, origin = train.prepare_work(options.data, options.work)
    validation = data.umsab(options.data, "val")
    checkpoint = rebuild.load_checkpoint()
    train.run_all(posts, validation, tokenizer, checkpoint, origin, options.work)

    measured = options.work / "baselines.json"
    if not measured.exists():
        export.write_json(measured, baselines.figures(options.data))
    compared = json.loads(measured.read_text(encoding="utf-8"))

    network = Network(checkpoint, origin, len(CATEGORIES))
    finals = [options.work / f"{stage.name}-average.pt" for stage in STAGES if stage.start]
    network.load_state_dict(train.average(finals))
    train.log(f"averaged {len(finals)} stages: {train.report(network, tokenizer, validation)}; measuring activations")
    texts = [p.text for p in posts if p.corpus == "umsab"]
    sites = quantise.calibrate(network, tokenizer, texts[:: len(texts) // quantise.POSTS])
    train.log("fitting the category head and the temperatures to the 8-bit encoder")
    read = partial(finish.features, tensors(network, checkpoint.layers), sites, tokenizer)
    chain = [p for p in posts if p.categories is not None]
    resonanz = finish.calibration(network, read, validation, chain, "")
    weights = tensors(network, checkpoint.layers)
    digest = hashlib.sha256(b"".join(weights.tensors[k].tobytes() for k in sorted(weights.tensors))).hexdigest()
    resonanz["version"] = f"1-{digest[:8]}"
    reference = export.write_model(options.work / "fp32", weights, options.work / "tokenizer.json", None, resonanz)
    folder = export.write_model(options.out, weights, options.work / "tokenizer.json", sites, resonanz)
    compare(folder, reference, validation)
    (folder / "SHA256SUMS").unlink(missing_ok=True)
    model = SentimentModel.load(folder)
    figures = evaluate.all_figures(model, options.data, compared)
    export.write_json(options.work / "figures.json", figures)
    resonanz["confusion"] = [[round(share, 4) for share in row] for row in figures["sentiment"]["confusion"]]
    export.write_config(folder, weights, resonanz)
    (folder / "README.md").write_text(card.write(figures, model.version), encoding="utf-8")
    export.write_checksums(folder)
    train.log(
        json.dumps({"sentiment": figures["sentiment"]["model"], "value_chain": figures["value_chain"]["macro_f1"]})
    )


def tensors(network: Network, layers: int) -> Weights:
    """The network's weights as the graph is written from them."""
    return Weights({k: v.numpy() for k, v in network.state_dict().items()}, layers)


def compare(folder: Path, reference: Path, validation: list[data.Post]) -> None:
    """Log how far 8 bits are from float32, before checksums exist."""
    for path in (folder, reference):
        (path / "SHA256SUMS").unlink(missing_ok=True)
    ours, theirs = (evaluate.predict(SentimentModel.load(path), validation) for path in (folder, reference))
    train.log(f"8 bits agree with float32 on {100 * float((ours == theirs).mean()):.1f} % of the validation posts")


if __name__ == "__main__":
    main()

"""An alert again, from its own stored inputs."""

from __future__ import annotations

from processors.crisis.alert import AlertChange, CrisisInputs
from processors.crisis.detector import CrisisDetector


def rerun(brand: str, inputs: CrisisInputs) -> AlertChange | None:
    """The last change that `inputs` lead to: the stored alert again, from its own inputs alone."""
    detector = CrisisDetector(brand, inputs.config)
    if inputs.state:
        detector.restore(inputs.state)
    change = None
    for point in inputs.points:
        change = detector.update(point) or change
    return change

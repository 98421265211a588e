"""The metric catalogue, computed: `compute` for numbers, `why` for the events behind one, `routing` for who should hear it."""

from streams.catalogue.compute import Request, compute, stored_window
from streams.catalogue.value import Value

__all__ = ["Request", "Value", "compute", "stored_window"]

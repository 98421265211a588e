"""Training of the shipped sentiment model: run by `make model`, never imported by the pipeline."""

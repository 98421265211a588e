"""Kafka outside of Faust: topics, packing producers, lag, and the embedded broker."""

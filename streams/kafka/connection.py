"""How every kafka-python client of this project connects."""

from __future__ import annotations

from typing import Any

from streams.settings import Settings


def client_config(settings: Settings, bootstrap: list[str]) -> dict[str, Any]:
    """Connection arguments for KafkaProducer, KafkaConsumer and KafkaAdminClient."""
    config: dict[str, Any] = {"bootstrap_servers": bootstrap, "client_id": "resonanz", "bootstrap_timeout_ms": 8_000}
    if settings.kafka_security != "PLAINTEXT":
        config["security_protocol"] = settings.kafka_security
    if settings.kafka_ca_file is not None:
        config["ssl_cafile"] = str(settings.kafka_ca_file)
    if settings.kafka_security.startswith("SASL"):
        config["sasl_mechanism"] = settings.kafka_sasl_mechanism
        config["sasl_plain_username"] = settings.kafka_username
        config["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return config

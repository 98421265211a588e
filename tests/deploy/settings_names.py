"""What deployment files may name: the real settings and the real commands."""

from __future__ import annotations

from functools import cache

import typer.main


@cache
def known_variables() -> frozenset[str]:
    """Every RESONANZ_… variable, from the settings class itself."""
    from streams.settings import Settings

    names = {f"RESONANZ_{name.upper()}" for name in Settings.model_fields}
    return frozenset(names | {"RESONANZ_SECRETS_DIR"})


def assert_command(arguments: list[str]) -> None:
    """Fail unless `resonanz <arguments>` is a command with these options."""
    import click

    from streams.cli import app

    command: click.Command = typer.main.get_command(app)
    context = click.Context(command)
    rest = list(arguments)
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None, f"there is no command resonanz {' '.join(arguments)}"
        command, rest = found, rest[1:]
    command.make_parser(context).parse_args(rest)

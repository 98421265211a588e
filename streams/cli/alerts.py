"""`resonanz alerts`: brand crises, their evidence, and who has seen them."""

from __future__ import annotations

import getpass
import json
import sys
import time
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from streams.cli import common
from streams.cli.query import Format, print_rows

_HELP = """Brand crises: list them, see their evidence, acknowledge them, decide again.

\b
Examples:
  resonanz alerts list
  resonanz alerts acknowledge 4af3a1cefed7ac7a --by Kim
"""
app = typer.Typer(help=_HELP, no_args_is_help=True)
AlertId = Annotated[str, typer.Argument(help="from the list")]
By = Annotated[str, typer.Option(help="your name; default: the user's")]
LONGEST_NAME = 80


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="how many at most, newest first", min=1)] = 20,
    output: Annotated[Format, typer.Option("--format", help="table or json")] = Format.table,
) -> None:
    """List alerts, newest first; say so on stderr when nobody watches for new ones.

    \b
    Example:
      resonanz alerts list
    """
    from streams.alerts import list_alerts, unwatched_since

    with common.store() as store:
        rows, since = list_alerts(store, limit=limit), unwatched_since(store)
    shown = ("alert_id", "brand", "severity", "worst", "onset", "score", "acknowledged_by", "explanation_en")
    print_rows(
        rows if output is Format.json else [{k: row[k] for k in shown} for row in rows],
        output,
        empty="no brand crisis so far",
    )
    if since is not None:
        at = datetime.fromtimestamp(since, UTC)
        print(
            f"nobody has watched for crises since {at:%Y-%m-%d %H:%M} UTC: no worker runs, or its detection fails",
            file=sys.stderr,
        )


@app.command()
def show(alert_id: AlertId) -> None:
    """Print every change of an alert with its evidence, as JSON. Texts of posts are read anew: what was deleted is gone.

    \b
    Example:
      resonanz alerts show 4af3a1cefed7ac7a
    """
    from streams.alerts import changes, with_texts

    with common.store() as store:
        found = [with_texts(store, change) for change in changes(store, alert_id)]
    if not found:
        common.fail(f"there is no alert {alert_id}; see resonanz alerts list")
    for change in found:
        plain: dict[str, Any] = _plain(change)
        plain.pop("inputs")
        print(json.dumps(plain, ensure_ascii=False, indent=2))


@app.command()
def acknowledge(alert_id: AlertId, by: By = "") -> None:
    """Tell the others that you have seen an alert and take care of it.

    \b
    Example:
      resonanz alerts acknowledge 4af3a1cefed7ac7a --by Kim
    """
    from streams.alerts import acknowledge as note

    who = _name(by)
    with common.store() as store:
        if not note(store, alert_id, who, int(time.time() * 1000)):
            common.fail(f"there is no alert {alert_id}; see resonanz alerts list")


@app.command()
def resolve(alert_id: AlertId, by: By = "") -> None:
    """Declare an alert over. The worker passes it on, and speaks up again only if this storm gets worse.

    \b
    Example:
      resonanz alerts resolve 4af3a1cefed7ac7a --by Kim
    """
    from streams.alerts import declare_over

    who = _name(by)
    with common.store() as store:
        if not declare_over(store, alert_id, who, int(time.time() * 1000)):
            common.fail(f"there is no open alert {alert_id}; see resonanz alerts list")


@app.command()
def rerun(alert_id: AlertId) -> None:
    """Decide again, from the stored inputs alone, and say whether the answer is the same.

    \b
    Example:
      resonanz alerts rerun 4af3a1cefed7ac7a
    """
    from streams.alerts import decide_again

    different = 0
    for change in _changes(alert_id):
        try:
            same, again = decide_again(change)
        except ValueError as error:
            common.fail(f"{alert_id} was stored by another version of Resonanz and cannot be decided again: {error}")
        minute = datetime.fromtimestamp(change.minute, UTC).strftime("%Y-%m-%d %H:%M UTC")
        if change.by:
            print(f"{minute} {change.severity}: declared over by {change.by}")
            continue
        different += not same
        said = f"{again.severity}, score {again.score}" if again else "nothing"
        print(f"{minute} {change.severity}, score {change.score}: again {said} ({'same' if same else 'DIFFERENT'})")
    if different:
        raise typer.Exit(1)


def _name(by: str) -> str:
    """Who acts: it is shown to others, and part of a sentence."""
    try:
        name = " ".join((by or getpass.getuser()).split())
    except (KeyError, OSError):  # a container may run as a user without a name
        common.fail("this user has no name here: give yours with --by", common.USAGE)
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        common.fail(f"--by: give a name of at most {LONGEST_NAME} printable characters", common.USAGE)
    return name


def _changes(alert_id: str) -> list[Any]:
    from streams.alerts import changes

    with common.store() as store:
        found = changes(store, alert_id)
    if not found:
        common.fail(f"there is no alert {alert_id}; see resonanz alerts list")
    return found


def _plain(change: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(change, str_keys=True)

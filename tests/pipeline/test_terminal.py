"""What strangers write steers no terminal on which rows are printed."""

from __future__ import annotations

import json

import pytest

from streams.cli.query import Format, print_rows

NASTY = "a\x1b]0;title\x07b\x1b[31mred\x9b2J\x7f\u202edc"
ROWS = [{"text": NASTY, "fine": "Grüße 👩\u200d🚒\u00a0!", "list": [NASTY]}]


@pytest.mark.parametrize("output", list(Format))
def test_escape_sequences_and_reversed_lines_are_not_printed(
    output: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    print_rows(ROWS, output, empty="")
    said = capsys.readouterr().out
    assert not {c for c in said if c < " " and c != "\n"} | ({*"\x7f\x9b"} & {*said})
    assert "Grüße 👩\u200d🚒\u00a0!" in said
    if output is Format.table:
        assert "\u202e" not in said
    else:
        assert json.loads(said) == ROWS[0]

"""docs/exports.md: its commands and Python snippets print what it says, one after another in one folder."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.pipeline.conftest import ROOT, edumig

PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
# A command or snippet, and the block of what it prints, if there is one.
BLOCKS = re.compile(r"```(sh|python)\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)
GENERATION = re.compile(r"\b[0-9a-f]{32}\b")


def printed(kind: str, text: str) -> str:
    """What a block prints, on standard output and, when a command refuses, on standard error."""
    if kind == "sh":
        program, *arguments = text.split()
        assert program == "edumig"
        ran = edumig(*arguments)
        return ran.err if ran.code else ran.out
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, "docs/exports.md", "exec"), {"__name__": "__main__"})
    return out.getvalue()


# The libraries in the snippets warn of what other libraries will change.
@pytest.mark.filterwarnings("ignore")
def test_the_page_says_what_happens(shipped_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDUMIG_WAREHOUSE", str(shipped_folder))
    found = [(text, said, printed(kind, text)) for kind, text, said in BLOCKS.findall(PAGE)]
    assert [(text, GENERATION.sub("", said)) for text, said, _ in found if said] == [
        (text, GENERATION.sub("", out)) for text, said, out in found if said
    ]
    assert all(said for _, said, _ in found)
    assert len(found) == PAGE.count("```sh") + PAGE.count("```python") > 8


def test_the_page_names_every_format_and_option() -> None:
    help_ = edumig("export", "--help").out
    options = set(re.findall(r"--[a-z-]+", help_)) - {"--help", "--warehouse", "--output"}
    assert [option for option in sorted(options) if option not in PAGE] == []
    formats = re.findall(r"^    ([a-z-]+)  ", help_.partition("Formats:")[2], re.MULTILINE)
    assert len(formats) == 5
    assert [name for name in formats if f"`{name}`" not in PAGE] == []

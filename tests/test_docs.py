"""What the documents show is what the commands print. `python tests/test_docs.py` writes their outputs anew."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from engine import api
from engine.scenario.read import read_scenario

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
READING = ROOT / "docs" / "reading-the-output.md"
LANGUAGE = ROOT / "docs" / "language.md"
REFERENCE = ROOT / "docs" / "reference.md"
COMPARING = ROOT / "docs" / "comparing-readings.md"
GUIDE = ROOT / "docs" / "teachers-guide.md"
"""Its commands are run by `test_guide`."""
DOCUMENTS = (README, *sorted((ROOT / "docs").rglob("*.md")))


PAGES = {README: 2, READING: 4, COMPARING: 5}
"""Pages that show outputs, and how many."""
TABLE = re.compile(r"(?<=<!-- )(engine [^\n]+ --md)( -->\n)(.*?)(?=<!-- /table -->)", re.DOTALL)
SHOWN = re.compile(r"```\n\$ (engine [^\n]+)\n(.*?)```", re.DOTALL)
THREADED = ("run", "compare", "sensitivity", "discover", "reconcile", "voi", "score")


@cache
def printed(command: str) -> str:
    words = [sys.executable, "-m", *shlex.split(command)]
    if words[3] in THREADED:
        words += ["--threads", "1"]  # changes nothing but speed, and the tests take up all processors anyway
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def with_output(page: str) -> str:
    """The page with what each command that stands in a block of its own, or above a table, prints."""
    page = TABLE.sub(lambda found: f"{found[1]}{found[2]}{printed(found[1])}", page)
    return SHOWN.sub(lambda found: f"```\n$ {found[1]}\n{printed(found[1]).rstrip()}\n```", page)


def without_time(text: str) -> str:
    """The same whatever time it took, at the end of a line or, where that leaves no room, on one of its own."""
    return re.sub(r"(?: ·)?\s+[\d.]+ s(?=\n)", " · … s", text)


def block(text: str, name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("page", "number"), [(page, number) for page in PAGES for number in range(PAGES[page])])
def test_a_page_shows_what_its_commands_print(page: Path, number: int) -> None:
    blocks = SHOWN.findall(page.read_text("utf-8"))
    assert len(blocks) == PAGES[page]
    command, shown = blocks[number]
    assert without_time(shown) == without_time(f"{printed(command).rstrip()}\n")


def test_the_table_of_outcomes_is_what_score_prints_and_has_every_scenario() -> None:
    ((command, _, table),) = TABLE.findall(README.read_text("utf-8"))
    assert table == printed(command)
    assert set(shlex.split(command)) >= {str(path.relative_to(ROOT)) for path in (ROOT / "scenarios").glob("*.yaml")}


@pytest.mark.parametrize("document", [page for page in DOCUMENTS if page != GUIDE], ids=lambda path: path.name)
def test_commands_in_the_documents_work(document: Path) -> None:
    """Those whose output is not shown, and so compared."""
    text = document.read_text("utf-8")
    shown = set(re.findall(r"^\$ (engine [^\n#]+)", text, re.MULTILINE))
    for command in set(re.findall(r"^(?:\.venv/bin/)?(engine [^\n#]+)", text, re.MULTILINE)) - shown:
        if "FILE" not in command:
            assert printed(command)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
        assert (document.parent / link).exists(), link


def test_the_language_page_is_one_scenario(tmp_path: Path) -> None:
    """The blocks of docs/language.md, put together, are a scenario that runs."""
    page = LANGUAGE.read_text("utf-8")
    for example in ("umbrella", "strike"):
        page = page.replace(block(page, example), "")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    text = "".join(blocks).replace("judgement: …", "judgement: ours")
    (tmp_path / "diary.txt").write_text("I hate getting wet, and I hate carrying things.", encoding="utf-8")
    scenario = read_scenario(text, "language.md", tmp_path)
    loaded = api.loads(text, "language.md", tmp_path)
    assert api.check(loaded) == []
    for name in ("base", *scenario.assumptions):
        assert api.run(loaded, name).solution.converged == 1


@pytest.mark.parametrize("example", ["umbrella", "strike"])
def test_the_scenarios_to_copy_are_sound_and_run(example: str) -> None:
    file = ROOT / "docs" / "examples" / f"{example}.yaml"
    assert block(LANGUAGE.read_text("utf-8"), example) == f"```yaml\n{file.read_text('utf-8')}```"
    loaded = api.load(file)
    assert api.check(loaded) == []
    assert api.outline(loaded).warnings == ()
    for name in ("base", *loaded.scenario.assumptions):
        assert api.run(loaded, name).warnings == ()


@pytest.mark.parametrize("cost", [0, 6])
def test_a_signal_tells_what_it_costs(cost: int) -> None:
    """As the language page advises: words that are as cheap for both types leave the prior, a cost of one does not."""
    army = f"""
engine: 1
title: Signal
actors: {{general: {{name: General, precision: 2}}, island: {{name: Island}}}}
moves:
  - {{type: army, of: general, values: [ready, unready], chance: {{ready: 30%, unready: rest}}}}
  - {{decision: says, actor: general, options: [nothing, ready], knows: []}}
  - {{decision: answer, actor: island, options: [resist, yield], knows: [says]}}
payoffs:
  general:
    - {{term: harbour, value: 4 * (answer == yield)}}
    - {{term: bluff, value: -{cost} * (says == ready) * (army == unready)}}
  island: [{{term: ruin, value: -5 * (army == ready) * (answer == resist) - 2 * (answer == yield)}}]
outcomes: {{learns: {{label: l, belief: {{of: island, that: army == ready, after: says == ready}}}}}}
"""
    found = api.run(api.loads(army)).outcomes["learns"].estimate
    assert found is not None
    if cost:
        assert found.value > 0.9
    else:
        assert found.value == pytest.approx(0.3)


def test_the_readmes_python_works() -> None:
    for code in re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL):
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_every_family_and_standard_is_on_the_language_page() -> None:
    from engine.scenario.model import FAMILIES
    from engine.scenario.words import standards

    page = (ROOT / "docs" / "language.md").read_text("utf-8")
    for name in (*FAMILIES, *standards()):
        assert f"`{name}`" in page


def test_the_scenario_is_plain_yaml() -> None:
    """Any YAML reader sees the same keys, so editors and other tools can work with the file."""
    text = (ROOT / "scenarios" / "belarus.yaml").read_text("utf-8")
    assert list(yaml.safe_load(text)) == [line.split(":")[0] for line in text.splitlines() if re.match(r"\w+:", line)]


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(with_output(page.read_text("utf-8")), "utf-8")
    REFERENCE.write_text(printed("engine schema --md"), "utf-8")

"""Pages that are made from the project are fresh, whole, and lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reprise import summary
from reprise.cli import app
from reprise.confine.view import read_yaml
from reprise.pages import index, messages, reference
from reprise.pages.registry import PAGES, stale
from reprise.tables import read_json

REMAKE = "run python -m reprise.pages --write"
PACKAGE = Path("src/reprise")
NOT_OURS = {".venv", ".work", ".dvc", ".git", "api", "dvc_plots", ".pytest_cache"}


@pytest.fixture(scope="session")
def committed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed metrics: the last run here may differ, for another processor gives other last digits."""
    if not (root / ".git").exists():
        pytest.skip("no git here, so nothing says what is committed")
    place = tmp_path_factory.mktemp("committed")
    packed = subprocess.run(
        ["git", "archive", "HEAD", "metrics", "params.yaml", "dvc.yaml"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    subprocess.run(["tar", "-x", "-C", str(place)], input=packed.stdout, check=True)
    made, compared = Path("metrics/MODEL_COMPARISON.md"), Path("metrics/compare.json")
    if (root / made).exists() and (root / compared).read_bytes() == (place / compared).read_bytes():
        shutil.copy(root / made, place / made)  # kept by DVC, not by git
    return place


@pytest.mark.parametrize("path", [path for path, page in PAGES.items() if not page.of_run])
def test_a_page_made_from_the_source_is_fresh(root: Path, path: str) -> None:
    assert path not in stale(root, [path]), REMAKE


@pytest.mark.parametrize("path", [path for path, page in PAGES.items() if page.of_run])
def test_a_page_made_from_a_run_is_that_of_the_committed_one_or_of_the_last(
    root: Path, committed: Path, path: str
) -> None:
    page = committed / path
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes((root / path).read_bytes())
    assert path not in stale(committed, [path]) or path not in stale(root, [path]), REMAKE


def test_the_table_of_results_on_real_music_is_fresh(root: Path) -> None:
    page = root / "docs/results/gtzan_mini/README.md"
    table = summary.markdown(page.parent / "metrics")
    assert table.count("\n") > 10
    assert table in page.read_text(encoding="utf-8"), f"run python -m reprise.summary --write {page}"


def test_the_example_of_a_comparison_starts_from_the_committed_run(root: Path, committed: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    block = re.search(r"\$ dvc metrics diff main try-cvae.*?```", text, re.S)
    assert block is not None
    rows = dict(re.findall(r"\| headline\.(\w+\.\w+) +\| ([\d.]+) ", block[0]))
    headline = read_json(committed / "metrics" / "evaluate.json")["headline"]
    assert len(rows) == 6
    for name, value in rows.items():
        measure, part = name.split(".")
        assert float(value) == pytest.approx(headline[measure][part], abs=1e-5), "run the example again"


def test_what_is_not_available_says_why(tmp_path: Path) -> None:
    (tmp_path / "regress.json").write_text('{"available": false, "why": "no targets"}', encoding="utf-8")
    assert "| regress | not available | no targets |" in summary.markdown(tmp_path)


def anchors(text: str) -> set[str]:
    """Anchors that a page offers, as GitHub makes them of its headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere(root: Path) -> None:
    pages = [page for page in root.rglob("*.md") if not {*page.relative_to(root).parts} & NOT_OURS]
    assert len(pages) > 30
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            found = (page.parent / path) if path else page
            assert found.exists(), f"{page.relative_to(root)} links to {target}"
            if anchor and found.suffix == ".md":
                assert anchor in anchors(found.read_text(encoding="utf-8")), (
                    f"{page.relative_to(root)} → {target}"
                )


def commands(text: str) -> list[str]:
    """Commands that a page names: in a code span, or a line of a block."""
    blocks = re.findall(r"```(?:bash|console|sh)?\n(.*?)```", text, re.S)
    lines = [
        line.partition(" #")[0].removeprefix("$ ").strip() for block in blocks for line in block.splitlines()
    ]
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return [part for line in [*lines, *spans] for part in re.split(r"\s*(?:&&|;)\s*", line)]


def test_every_command_that_a_page_names_exists_and_has_its_options(root: Path) -> None:
    known = {str(one.name or getattr(one.callback, "__name__", "")): one for one in app.registered_commands}
    counted = 0
    for page in [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md")]:
        for command in commands(page.read_text(encoding="utf-8")):
            words = command.split()
            options = {re.split(r"[=\]]", word)[0] for word in words if re.match(r"--[a-z]", word)}
            where = f"{page.relative_to(root)}: {command}"
            if words[:1] == ["reprise"] and len(words) > 1 and re.fullmatch(r"[a-z][a-z-]+", words[1]):
                assert words[1] in known, where
                source = root / PACKAGE / "cli.py"
                offered = source.read_text(encoding="utf-8") + _passed_on(root, words[1])
            elif words[:2] == ["python", "-m"] and words[2].startswith("reprise"):
                file = root / "src" / (words[2].rstrip(":").replace(".", "/") + ".py")
                file = file if file.exists() else file.with_suffix("") / "__main__.py"
                assert file.exists(), where
                offered = file.read_text(encoding="utf-8")
                options = set() if words[2] == "reprise.hermetic" else options
            elif words[:1] == ["python"] and len(words) > 1 and words[1].startswith("benchmarks/"):
                assert (root / words[1]).exists(), where
                offered = (root / words[1]).read_text(encoding="utf-8")
            else:
                continue
            counted += 1
            for option in options:
                assert (
                    f'"{option}"' in offered
                    or f"{option.removeprefix('--').replace('-', '_')}: Annotated" in offered
                ), where
    assert counted > 60


def _passed_on(root: Path, name: str) -> str:
    """Source of a command whose options are its module's."""
    files = [root / PACKAGE / f"{name}.py", root / PACKAGE / "leaks" / "run.py"]
    return "".join(file.read_text(encoding="utf-8") for file in files if file.exists())


def test_the_index_names_every_page_once(root: Path) -> None:
    text = index.page(root / "docs")
    for name in index.pages(root / "docs"):
        assert text.count(f"]({name}.md)") == 1


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "docs/troubleshooting.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def trees(root: Path) -> messages.Trees:
    return messages.parsed(root / PACKAGE)


def test_troubleshooting_has_every_family_of_messages(guide: str, trees: messages.Trees) -> None:
    found = messages.messages(trees)
    assert len(found) > 200
    for area in {message.area for message in found if not message.reason}:
        assert re.search(rf"^\|[^|]*`{area}`", guide, re.M), f"troubleshooting.md: nothing about {area}"
    for kind in messages.error_classes(trees):
        assert f"`{kind}`" in guide, f"troubleshooting.md does not explain {kind}"
    for reason in {message.reason for message in found if message.reason}:
        assert f"`{reason}`" in guide, f"troubleshooting.md does not explain the reason {reason}"


def test_troubleshooting_quotes_messages_that_exist(root: Path, guide: str, trees: messages.Trees) -> None:
    """A message that is worded anew is quoted anew; what Python or DVC says has no source here."""
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((root / "src").rglob("*.py")))
    source += " ".join(message.text for message in messages.messages(trees))
    table = guide.split("## By message")[1].split("\n## ")[0]
    quoted = [
        part for cell in re.findall(r"^\| ([^|]+) \|", table, re.M) for part in re.findall(r"`([^`]+)`", cell)
    ]
    assert len(quoted) > 10
    for text in quoted:
        if not text.startswith(("No module named", "Permission denied")):
            for piece in re.split(r"\s*(?:…|'x\.y'|'…')\s*", text):
                assert piece in source, f"no message says: {piece}"


def test_messages_are_read_from_the_source(tmp_path: Path) -> None:
    code = '''
class RepriseError(Exception):
    """Base."""
class Odd(RepriseError):
    """It is odd."""
NAME = "x.csv"
def _why(n):
    if n:
        return f"{n} rows"
    return "no rows"
def check(path, n):
    raise Odd(f"{path}: {NAME} has " + _why(n))
def pass_on(error):
    raise Odd(str(error))
def skip(Reject):
    yield Reject("a", "torn", f"page {1} is missing")
'''
    (tmp_path / "a.py").write_text(code)
    trees = messages.parsed(tmp_path)
    assert messages.error_classes(trees) == {"RepriseError": "Base.", "Odd": "It is odd."}
    assert {(one.kind, one.text, one.reason) for one in messages.messages(trees)} == {
        ("Odd", "…: x.csv has … rows", ""),
        ("Odd", "…: x.csv has no rows", ""),
        ("Reject", "page … is missing", "torn"),
    }


def test_the_reference_is_made_from_the_docstrings(tmp_path: Path) -> None:
    reference.make(tmp_path, ["reprise.pages.marks"])
    made = (tmp_path / "reprise" / "pages" / "marks.html").read_text(encoding="utf-8")
    assert (tmp_path / "index.html").exists()
    for function in ("begin", "between", "end", "filled"):
        assert f'id="{function}"' in made
    assert "Return a text with what stands between two marks replaced" in made


def test_the_citation_is_of_this_version_and_licence(root: Path) -> None:
    cited = read_yaml(root / "CITATION.cff")
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{cited["version"]}"' in project
    assert f'license = "{cited["license"]}"' in project
    assert {"cff-version", "message", "title", "authors", "abstract"} <= cited.keys()
    assert f"## {cited['version']} (" in (root / "CHANGELOG.md").read_text(encoding="utf-8")

"""Tags go into copies only, in the form of each format, and only where the run knows the file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3
from typer.testing import CliRunner

from reprise.cli import app
from reprise.datasets.clip import content_id
from reprise.errors import BadParameter
from reprise.tagging.library import CORPUS, Order, tag_library
from reprise.tagging.moods import mood_word
from reprise.tagging.writers import NoTags, write_fields
from reprise.web.load import load_catalogue
from reprise.web.made_run import LABELS, Size, make_run
from reprise.web.run_files import TABLES, RunFiles

SECONDS, RATE = 5, 22_050
FIELDS = {"MOOD": "tense", "REPRISE_LABEL": "fast / dark", "REPRISE_AROUSAL": "0.800"}


def tone(seconds: float = SECONDS, hertz: float = 220.0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.3 * 32_767 * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def read_fields(path: Path, names: list[str]) -> dict[str, str]:
    """Fields of Vorbis comments, and of ID3 as players show them."""
    tags: Any = mutagen.File(path).tags
    if isinstance(tags, ID3):
        return {name: str(tags["TMOO" if name == "MOOD" else f"TXXX:{name}"]) for name in names}
    return {name: tags[name][0] for name in names}


@pytest.mark.parametrize(("arousal", "valence", "word"), [(0.9, 0.9, "excited"), (0.9, 0.1, "tense"), (0.1, 0.1, "sad"), (0.1, 0.9, "content"), (0.52, 0.48, "neutral"), (None, 0.3, None)])  # fmt: skip
def test_moods_are_named_by_their_quadrant(
    arousal: float | None, valence: float | None, word: str | None
) -> None:
    assert mood_word(arousal, valence) == word


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
def test_fields_are_read_as_they_were_written_and_others_stay(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, tone(), RATE)
    write_fields(path, {"ALBUMNOTE": "kept", "MOOD": "old"})
    sound = soundfile.read(path)[0]
    write_fields(path, FIELDS)
    assert read_fields(path, [*FIELDS, "ALBUMNOTE"]) == {**FIELDS, "ALBUMNOTE": "kept"}
    assert np.array_equal(soundfile.read(path)[0], sound)


def test_a_file_that_holds_no_tags_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no audio at all")
    with pytest.raises(NoTags, match=r"a\.wav"):
        write_fields(tmp_path / "a.wav", FIELDS)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A run in which one file of the music folder is a track of the lookup table."""
    root = tmp_path / "project"
    make_run(root, Size(30, 30, dimensions=4), seed=3)
    (root / "params.yaml").write_text("datasets:\n  folder: {seconds: 3, crop: middle}\n")
    (root / CORPUS).write_text(
        json.dumps({"n_samples": len(tone()), "crop": "start"})
    )  # the run's clips are longer than params.yaml now says, and cut from the other end
    table, music = root / TABLES["lookup"], tmp_path / "music/deep"
    music.mkdir(parents=True)
    soundfile.write(music / "known.flac", tone(), RATE)
    soundfile.write(music / "other.wav", tone(hertz=330.0), RATE)
    (music / "broken.mp3").write_bytes(b"ID3 and nothing")
    (music / "cover.jpg").write_bytes(b"no audio")
    import pandas as pd

    known = content_id(tone())
    for path in (table, root / TABLES["tracks"]):
        frame = pd.read_parquet(path)
        frame.loc[0, "track_id"] = known
        frame.to_parquet(path, index=False)
    return root


def test_copies_are_tagged_and_originals_stay_as_they_are(project: Path, tmp_path: Path) -> None:
    music, target = tmp_path / "music", tmp_path / "tagged"
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in music.rglob("*.*")}
    catalogue = load_catalogue(RunFiles(project))
    rehearsal = {one.name: one for one in tag_library(Order(music, target), project, catalogue)}
    assert not target.exists()
    assert rehearsal["deep/known.flac"].fields["REPRISE_LABEL"] in LABELS
    assert rehearsal["deep/other.wav"].why.startswith("not in this run")
    assert rehearsal["deep/broken.mp3"].why
    assert set(rehearsal) == {"deep/known.flac", "deep/other.wav", "deep/broken.mp3"}
    done = {one.name: one for one in tag_library(Order(music, target, write=True), project, catalogue)}
    assert done == rehearsal
    assert [path.name for path in target.rglob("*.*")] == ["known.flac"]
    fields = done["deep/known.flac"].fields
    assert read_fields(target / "deep/known.flac", list(fields)) == fields
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in music.rglob("*.*")} == before
    again = {one.name: one for one in tag_library(Order(music, target, write=True), project, catalogue)}
    assert "exists already" in again["deep/known.flac"].why


@pytest.mark.parametrize("target", ["music", "music/in", "."])
def test_copies_never_lie_among_the_originals(project: Path, tmp_path: Path, target: str) -> None:
    catalogue = load_catalogue(RunFiles(project))
    with pytest.raises(BadParameter, match="apart"):
        list(tag_library(Order(tmp_path / "music", tmp_path / target, write=True), project, catalogue))


def test_the_command_rehearses_unless_told_to_write(project: Path, tmp_path: Path) -> None:
    command = ["tag", str(tmp_path / "music"), "--to", str(tmp_path / "out"), "--root", str(project)]
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 0, found.output
    assert "1 copies would be written; --write writes them; 2 files passed over" in found.output
    assert not (tmp_path / "out").exists()

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from ruamel.yaml import YAML

from reprise.audio.features import extract
from reprise.audio.settings import AudioSettings
from reprise.audio.unreadable import UnreadableAudio
from reprise.datasets.clip import content_id
from reprise.emotion.regressor import MoodRegressor
from reprise.emotion.store import Mood, load_mood, save_mood, save_unavailable
from reprise.errors import BadInput, MissingData
from reprise.finetune.backbone import Architecture, Backbone
from reprise.finetune.classifier import Classifier
from reprise.finetune.inputs import read_spectrograms
from reprise.finetune.saved import load_finetuned, save_finetuned
from reprise.lookup.build import Sources, build_lookup
from reprise.lookup.place_file import Placer, place_file
from reprise.models.build import build_model
from reprise.models.store import load_latents, save_latents, save_model
from reprise.models.store import save_unavailable as no_model
from reprise.tables import empty_table, read_table, write_array, write_json, write_table
from reprise.training.tracks import Tracks

SETTINGS = AudioSettings()
COUNT, CLIP = 8, 8 * 22_050
LABELS = ["Calm", "Loud"]


def clips() -> dict[str, np.ndarray]:
    """Eight chords in noise, by the hash of their samples."""
    generator = np.random.default_rng(0)
    time = np.arange(CLIP) / 22_050
    found = {}
    for number in range(COUNT):
        tone = np.sin(2 * np.pi * 110 * (number + 1) * time) * (1 + np.sin(2 * np.pi * number * time))
        pcm = (3000 * tone + generator.normal(0, 300, CLIP)).astype(np.int16)
        found[content_id(pcm)] = pcm
    return dict(sorted(found.items()))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A project after its lookup stage: untrained models, real features; its audio is in ``audio/``."""
    folder = tmp_path_factory.mktemp("project")
    data = folder / "data"
    shutil.copy(root / "params.yaml", folder / "params.yaml")
    pcm = clips()
    ids = np.array(list(pcm))
    for name, samples in pcm.items():
        (folder / "audio").mkdir(exist_ok=True)
        soundfile.write(folder / f"audio/{name}.wav", samples, 22_050, subtype="PCM_16")
    features = [extract(samples, SETTINGS) for samples in pcm.values()]
    mel = np.stack([one.log_mel for one in features]).astype(np.float16)
    mfcc = np.stack([one.mfcc for one in features]).astype(np.float16)
    frames = pd.DataFrame({"track_id": ids, "n_frames": mel.shape[2]})
    write_array(data / "features/tracks/frames/mel.npy", mel)
    write_table(data / "features/tracks/frames/tracks.parquet", frames, "frames")
    write_json(data / "corpus/tracks/corpus.json", {"n_samples": CLIP, "crop": "middle"})
    write_json(folder / "metrics/features/tracks.json", {"settings": asdict(SETTINGS)})
    everybody, nobody = np.arange(COUNT), np.empty(0, np.int64)
    tracks = Tracks(
        ids, mel, mfcc, everybody, nobody, np.zeros((COUNT, 0), np.float32), np.zeros(COUNT, np.bool_)
    )
    blocks = YAML(typ="safe").load(folder / "params.yaml")["models"]
    model = build_model("conv_vae", blocks["conv_vae"], tracks.shapes(None), 0)
    save_model(data / "models/conv_vae", "conv_vae", model, 0)
    save_latents(data / "models/conv_vae", ids, model.embed(tracks), {})
    assignments = pd.DataFrame(
        {"track_id": ids, "method": "kmeans", "seed": 3, "cluster": np.arange(COUNT) % 2}
    )
    write_table(data / "clusters/assignments.parquet", assignments, "assignments")
    _write_heads(data)
    write_json(folder / "metrics/lookup.json", {"selected_model": "conv_vae"})
    return folder


def _write_heads(data: Path) -> None:
    torch.manual_seed(0)
    sizes = Architecture(64, 4, (4, 8), (1, 1))
    backbone = Backbone(sizes, np.full(64, -40, np.float32), np.full(64, 9, np.float32)).eval()
    classifier = Classifier(backbone, 2, frozen=True).eval()
    save_finetuned(data / "finetuned", backbone, classifier, LABELS, 4)
    write_json(data / "label_to_idx.json", {"Calm": 0, "Loud": 1})
    reference = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
    save_mood(data / "av_regressor", Mood(MoodRegressor(8, 3).eval(), reference, "MusAV"), 3)


def table(project: Path) -> pd.DataFrame:
    """The lookup table of all tracks of the project."""
    data = project / "data"
    spectrograms = read_spectrograms(data / "features/tracks/frames")
    ids = spectrograms.track_ids
    sources = Sources(
        spectrograms,
        load_finetuned(data / "finetuned"),
        load_mood(data / "av_regressor"),
        load_latents(data / "models/conv_vae"),
        read_table(data / "clusters/assignments.parquet", "assignments"),
        pd.DataFrame({"track_id": ids, "artist_id": "a", "official_split": None}),
        pd.DataFrame({"track_id": ids, "tempo": np.arange(len(ids), dtype=float)}),
        empty_table("tags"),
    )
    splits = pd.DataFrame({"track_id": ids, "split": ["train"] + ["test"] * (len(ids) - 1), "group_id": "g"})
    return build_lookup(sources, splits, 3, seed=0).table


def test_a_file_of_the_corpus_gets_its_own_row(project: Path) -> None:
    expected = table(project)
    placer = Placer(project, neighbours=3)
    for row in expected.itertuples():
        found = placer.place(project / f"audio/{row.track_id}.wav")
        assert (found.track_id, found.in_corpus, found.seconds) == (row.track_id, True, 8.0)
        assert found.label == row.new_acoustic_label
        assert [near.track_id for near in found.neighbours] == row.neighbours
        np.testing.assert_allclose(
            [near.distance for near in found.neighbours], row.neighbour_distances, rtol=1e-5
        )
        for name in ("entropy", "arousal", "valence", "map_x", "map_y"):
            assert getattr(found, name) == pytest.approx(getattr(row, name), rel=1e-4, abs=1e-5)
        chances = expected.set_index("track_id").loc[row.track_id]
        assert found.probabilities == pytest.approx({name: chances[f"prob_{name}"] for name in LABELS})
        json.dumps(found.to_dict(), allow_nan=False)


def test_a_stranger_of_another_format_rate_and_length_is_placed_by_its_middle(
    project: Path, tmp_path: Path
) -> None:
    name, pcm = next(iter(clips().items()))
    known = place_file(project / f"audio/{name}.wav", project)
    stereo = np.repeat(np.concatenate([np.zeros(CLIP, np.int16), pcm, np.zeros(CLIP, np.int16)]), 2)
    soundfile.write(tmp_path / "song.flac", np.column_stack([stereo, stereo]), 44_100, subtype="PCM_16")
    found = place_file(tmp_path / "song.flac", project)
    assert not found.in_corpus
    assert found.track_id != name
    assert found.neighbours[0].track_id == name
    assert found.neighbours[0].distance < 0.25 * known.neighbours[0].distance
    assert found.probabilities == pytest.approx(known.probabilities, abs=0.02)


def test_a_short_file_is_placed_and_too_short_a_one_refused(project: Path) -> None:
    placer = Placer(project)
    pcm = next(iter(clips().values()))
    assert placer.place_samples(pcm[: 7 * 22_050]).seconds == 7.0
    with pytest.raises(UnreadableAudio, match=r"5.0 s; 6 s are needed") as found:
        placer.place_samples(pcm[: 5 * 22_050])
    assert found.value.reason == "too_short"


def test_what_is_no_audio_costs_that_file_only(project: Path, tmp_path: Path) -> None:
    placer = Placer(project)
    (tmp_path / "notes.mp3").write_text("no music")
    with pytest.raises(UnreadableAudio):
        placer.place(tmp_path / "notes.mp3")
    with pytest.raises(UnreadableAudio) as missing:
        placer.place(tmp_path / "nowhere.wav")
    assert missing.value.reason == "missing"
    assert placer.place(next((project / "audio").iterdir())).in_corpus


def test_without_mood_and_latents_the_rest_is_given_and_the_notes_say_why(
    project: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(project, bare)
    shutil.rmtree(bare / "data/av_regressor")
    save_unavailable(bare / "data/av_regressor", "no pairs")
    shutil.rmtree(bare / "data/models/conv_vae")
    no_model(bare / "data/models/conv_vae", "conv_vae", "no lyrics")
    write_table(bare / "data/clusters/assignments.parquet", empty_table("assignments"), "assignments")
    found = place_file(next((bare / "audio").iterdir()), bare)
    assert found.label in LABELS
    assert (found.arousal, found.map_x, found.cluster, found.neighbours) == (None, None, None, [])
    assert found.notes == ["no arousal and valence: no pairs", "no map, cluster and neighbours: no lyrics"]


def test_a_project_that_has_not_run_and_one_of_other_parameters_are_refused(
    project: Path, tmp_path: Path
) -> None:
    with pytest.raises(MissingData, match="run the pipeline first"):
        Placer(tmp_path)
    changed = tmp_path / "changed"
    shutil.copytree(project, changed)
    text = (changed / "params.yaml").read_text()
    (changed / "params.yaml").write_text(text.replace("n_mels: 128", "n_mels: 96"))
    with pytest.raises(BadInput, match=r"features.n_mels = 96, was 128 when the models were trained"):
        Placer(changed)
    (changed / "params.yaml").write_text(text.replace("hop_length: 512", "hop_length: 256"))
    with pytest.raises(BadInput, match=r"features.hop_length = 256, was 512"):
        Placer(changed)


def test_a_longer_file_of_a_corpus_that_cuts_from_the_start_gets_its_own_row(
    project: Path, tmp_path: Path
) -> None:
    shutil.copytree(project, tmp_path / "changed")
    about = tmp_path / "changed/data/corpus/tracks/corpus.json"
    about.write_text(about.read_text().replace("middle", "start"))
    name, pcm = next(iter(clips().items()))
    soundfile.write(tmp_path / "long.wav", np.concatenate([pcm, pcm[::-1]]), 22_050, subtype="PCM_16")
    assert place_file(tmp_path / "long.wav", tmp_path / "changed").track_id == name
    assert not place_file(tmp_path / "long.wav", project).in_corpus

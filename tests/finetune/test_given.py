from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers.models.resnet.configuration_resnet import ResNetConfig
from transformers.models.resnet.modeling_resnet import ResNetForImageClassification, ResNetModel

from reprise.errors import BadInput, BadParameter
from reprise.finetune.adapters import digest
from reprise.finetune.backbone import load_backbone, save_backbone, to_arrays
from reprise.finetune.given import given_backbone, has_weights
from reprise.finetune.loop import Schedule
from reprise.finetune.pretraining import Corpus, Settings, pretrain
from reprise.finetune.tags import TagTargets

MEAN, SCALE = np.full(8, -40, np.float32), np.full(8, 9, np.float32)
CROPS = torch.from_numpy(np.random.default_rng(0).normal(-40, 9, size=(3, 1, 8, 64)).astype(np.float32))
MEL = np.random.default_rng(0).normal(-40, 9, size=(6, 16, 140)).astype(np.float16)
CORPUS = Corpus(MEL, np.arange(4), np.arange(4, 6))
NO_TAGS = TagTargets([], np.zeros((6, 0), np.float32), np.zeros(6, np.bool_))


def write_resnet(folder: Path, **more: Any) -> ResNetModel:
    """Write a small ResNet for images of three channels, with its classifier, as the hub has them."""
    torch.manual_seed(1)
    config = ResNetConfig(
        embedding_size=4, hidden_sizes=[4, 8], depths=[1, 2], **{"layer_type": "bottleneck"} | more
    )
    network = ResNetForImageClassification(config)
    network.train()(torch.randn(4, 3, 32, 32))
    network.train(mode=False).save_pretrained(folder)
    resnet: ResNetModel = network.resnet
    return resnet


@pytest.mark.parametrize("kind", ["basic", "bottleneck"])
def test_given_weights_answer_as_the_network_they_are_of(tmp_path: Path, kind: str) -> None:
    network = write_resnet(tmp_path, layer_type=kind, downsample_in_first_stage=True)
    backbone = given_backbone(tmp_path, 8, MEAN, SCALE).eval()
    shown = ((CROPS + 40) / 9).expand(-1, 3, -1, -1)
    with torch.no_grad():
        torch.testing.assert_close(
            backbone(CROPS), network(shown).pooler_output.flatten(1), rtol=1e-3, atol=1e-4
        )
    save_backbone(tmp_path / "again", backbone, {})
    assert torch.equal(load_backbone(tmp_path / "again")(CROPS), backbone(CROPS))


def test_pretraining_starts_from_given_weights_or_leaves_them_as_they_are(tmp_path: Path) -> None:
    write_resnet(tmp_path)
    plain = given_backbone(tmp_path, 8, MEAN, SCALE)

    def run(objective: str, weights: Path) -> Any:
        schedule = Schedule(1, 1, 4, 0.001, 0.0)
        return pretrain(CORPUS, NO_TAGS, Settings(objective, 4, (4, 8), (1, 1), 0.1, 2, schedule), 0, weights)

    kept, moved = run("none", tmp_path), run("contrastive", tmp_path)
    own = {name: value for name, value in to_arrays(plain).items() if name.startswith("resnet")}
    same = {name: value for name, value in to_arrays(kept.backbone).items() if name.startswith("resnet")}
    assert digest(same) == digest(own)
    assert (kept.metrics["started_from"], kept.metrics["epochs"], kept.curve) == ("given weights", 0, [])
    assert moved.metrics["started_from"] == "given weights"
    assert digest(to_arrays(moved.backbone)) != digest(to_arrays(kept.backbone))
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "README.md").write_text("nothing yet")
    assert run("contrastive", empty).metrics["started_from"] == "random weights"
    with pytest.raises(BadParameter, match="needs weights"):
        run("none", empty)


def test_weights_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    assert not has_weights(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(BadInput, match=r"no config.json.*pickled weights are not read"):
        has_weights(tmp_path)
    write_resnet(tmp_path / "resnet")
    config = tmp_path / "resnet/config.json"
    text = config.read_text()
    config.write_text(text.replace('"resnet"', '"vit"'))
    with pytest.raises(BadInput, match="model_type is 'vit'"):
        given_backbone(tmp_path / "resnet", 8, MEAN, SCALE)
    config.write_text(text)
    (tmp_path / "resnet/model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(BadInput, match="cannot be read"):
        given_backbone(tmp_path / "resnet", 8, MEAN, SCALE)

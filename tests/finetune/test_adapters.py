from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reprise.errors import BadInput
from reprise.finetune.adapters import (
    Adapter,
    adapt,
    adapted_layers,
    adapter_arrays,
    base_arrays,
    digest,
    load_adapter,
    merge,
    save_adapter,
    unmerge,
)
from reprise.finetune.backbone import Architecture, Backbone, load_backbone, save_backbone, to_arrays
from reprise.finetune.classifier import Classifier
from reprise.finetune.finetuning import build
from reprise.finetune.memory import step_memory

CROPS = torch.from_numpy(np.random.default_rng(0).normal(-40, 15, size=(6, 1, 16, 64)).astype(np.float32))


def backbone(seed: int = 0) -> Backbone:
    torch.manual_seed(seed)
    network = Backbone(
        Architecture(16, 4, (4, 8), (1, 1)), np.full(16, -40, np.float32), np.full(16, 15, np.float32)
    )
    network.train()(CROPS)  # running statistics that are not those of an untouched network
    return network.eval()


def shake(network: torch.nn.Module) -> None:
    """Give the adapters values other than their neutral start."""
    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "lora_" in name:
                parameter.normal_(0, 0.3)


def adapted(seed: int = 0) -> Backbone:
    network = backbone(seed)
    adapt(network, Adapter(rank=2, alpha=6))
    shake(network)
    return network.eval()


def test_an_untrained_adapter_changes_nothing() -> None:
    network = backbone()
    before = network(CROPS)
    adapt(network, Adapter(2, 6))
    assert torch.equal(network.eval()(CROPS), before)


def test_an_adapter_is_w_plus_alpha_over_r_b_a() -> None:
    layer: Any = next(adapted_layers(adapted()))
    a, b = layer.lora_A["default"].weight, layer.lora_B["default"].weight
    delta = 6 / 2 * torch.einsum("or,rchw->ochw", b[:, :, 0, 0], a)
    inputs = torch.randn(2, a.shape[1], 9, 9)
    base = layer.base_layer
    expected = torch.nn.functional.conv2d(
        inputs, base.weight + delta, stride=base.stride, padding=base.padding
    )
    torch.testing.assert_close(layer(inputs), expected, rtol=1e-4, atol=1e-5)


def test_merging_changes_no_output_and_unmerging_restores_the_weights() -> None:
    network = adapted()
    before, weights = network(CROPS), base_arrays(network)
    merge(network)
    assert any((base_arrays(network)[name] != weights[name]).any() for name in weights)
    torch.testing.assert_close(network(CROPS), before, rtol=1e-4, atol=1e-5)
    unmerge(network)
    for name, value in base_arrays(network).items():
        np.testing.assert_allclose(value, weights[name], atol=1e-6)


def test_an_adapter_of_a_k_by_k_convolution_has_r_times_ck2_plus_d_parameters() -> None:
    sizes = adapter_arrays(adapted())
    expected = 0
    for name, kernel in base_arrays(adapted()).items():
        if name.endswith("convolution.weight"):
            d, c, k, _ = kernel.shape
            expected += 2 * (c * k * k + d)
    assert sum(array.size for array in sizes.values()) == expected


def step(model: Classifier) -> None:
    optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.5)
    for _ in range(3):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model.train()(CROPS), torch.arange(6) % 3)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


@pytest.mark.parametrize("method", ["head", "lora"])
def test_training_leaves_frozen_weights_and_buffers_unchanged_to_the_byte(method: str) -> None:
    network = backbone()
    before = digest(to_arrays(network))
    model = build(method, network, 3, Adapter(2, 6), seed=0)
    step(model)
    assert digest(base_arrays(model.backbone)) == before
    assert (method == "lora") == any(
        array.any() for name, array in adapter_arrays(model.backbone).items() if "lora_B" in name
    )


def test_a_naive_freeze_lets_the_batch_statistics_drift() -> None:
    """What the test above guards against: no parameter trains, and yet the network changes."""
    network = backbone()
    naive = Classifier(copy.deepcopy(network), 3, frozen=False)
    naive.backbone.requires_grad_(False)
    step(naive)
    drifted = [
        name
        for name, array in to_arrays(naive.backbone).items()
        if not np.array_equal(array, to_arrays(network)[name])
    ]
    assert drifted
    assert all(name.endswith(("running_mean", "running_var", "num_batches_tracked")) for name in drifted)


def test_full_finetuning_changes_the_backbone() -> None:
    model = build("full", backbone(), 3, Adapter(2, 6), seed=0)
    step(model)
    assert digest(to_arrays(model.backbone)) != digest(to_arrays(backbone()))


def test_every_method_starts_from_the_same_head() -> None:
    heads = [
        build(method, backbone(), 3, Adapter(2, 6), seed=5).head.weight for method in ("head", "lora", "full")
    ]
    assert torch.equal(heads[0], heads[1])
    assert torch.equal(heads[0], heads[2])


def test_adapters_are_saved_and_loaded_alone(tmp_path: Path) -> None:
    network = adapted()
    save_adapter(tmp_path, network, Adapter(2, 6))
    again = backbone()
    load_adapter(tmp_path, again)
    assert torch.equal(again.eval()(CROPS), network(CROPS))


def test_adapters_of_another_network_are_refused(tmp_path: Path) -> None:
    save_adapter(tmp_path, adapted(), Adapter(2, 6))
    deeper = Backbone(
        Architecture(16, 4, (4, 8, 8), (1, 1, 1)), np.zeros(16, np.float32), np.ones(16, np.float32)
    )
    with pytest.raises(BadInput, match="another network"):
        load_adapter(tmp_path, deeper)


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="no layer's name matches"):
        adapt(backbone(), Adapter(2, 6, targets="attention"))


def test_a_backbone_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    network = backbone()
    save_backbone(tmp_path, network, {"objective": "tags"})
    assert torch.equal(load_backbone(tmp_path)(CROPS), network(CROPS))
    assert digest(to_arrays(load_backbone(tmp_path))) == digest(to_arrays(network))


def test_sizes_that_do_not_match_are_refused() -> None:
    with pytest.raises(BadInput, match="same number of values"):
        Architecture(16, 4, (4, 8), (1,))


class Mixed(torch.nn.Module):
    """A convolution, then a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(1, 5, 3)
        self.last = torch.nn.Linear(5, 4)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        pooled: torch.Tensor = self.last(self.first(crops).mean(dim=(2, 3)))
        return pooled


def test_linear_layers_are_adapted_as_well() -> None:
    torch.manual_seed(0)
    network = Mixed()
    weight = network.last.weight.detach().clone()
    adapt(network, Adapter(rank=2, alpha=6))
    shake(network)
    assert {name.split(".")[0] for name in adapter_arrays(network)} == {"first", "last"}
    assert sum(array.size for array in adapter_arrays(network).values()) == 2 * (1 * 9 + 5) + 2 * (5 + 4)
    layer: Any = network.last
    inputs = torch.randn(3, 5)
    delta = 6 / 2 * layer.lora_B["default"].weight @ layer.lora_A["default"].weight
    expected = torch.nn.functional.linear(inputs, weight + delta, layer.base_layer.bias)
    torch.testing.assert_close(layer(inputs), expected, rtol=1e-4, atol=1e-5)
    before = network(CROPS)
    merge(network)
    torch.testing.assert_close(network(CROPS), before, rtol=1e-4, atol=1e-5)


def test_the_regular_expression_chooses_layers() -> None:
    network = Mixed()
    adapt(network, Adapter(2, 6, targets="last"))
    assert {name.split(".")[0] for name in adapter_arrays(network)} == {"last"}


def test_another_rank_keeps_the_scale() -> None:
    assert Adapter(8, 16).at_rank(2) == Adapter(2, 4.0)
    network = backbone()
    adapt(network, Adapter(8, 2).at_rank(3))
    layer: Any = next(adapted_layers(network))
    assert layer.scaling["default"] == pytest.approx(2 / 8)


def test_memory_of_a_step_is_counted_and_leaves_the_model_as_it_was() -> None:
    found = {}
    for method in ("head", "lora", "full"):
        model = build(method, backbone(), 3, Adapter(2, 6), seed=0)
        before = digest(to_arrays(model))
        found[method] = step_memory(model, CROPS)
        assert step_memory(model, CROPS) == found[method]
        assert digest(to_arrays(model)) == before
        assert found[method]["gradients"] == pytest.approx(4 * model.trainable() / 1e6)
    assert found["head"]["activations"] < min(found[method]["activations"] for method in ("lora", "full"))
    features = 6 * 8 * 4 / 1e6  # the embeddings of six crops are kept for the gradient of the head
    assert found["head"]["activations"] >= features

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.mixture import GaussianMixture
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, kl_divergence

from reprise.models import losses


def gaussians(seed: int, n: int = 5, d: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator), torch.randn(n, d, generator=generator)


def mixture(seed: int, k: int = 4, d: int = 3) -> losses.Mixture:
    means, log_variances = gaussians(seed, k, d)
    logits = torch.randn(k, generator=torch.Generator().manual_seed(seed + 1))
    return losses.Mixture(logits.log_softmax(0), means, log_variances)


def test_reconstruction_is_half_the_summed_square_per_example() -> None:
    target = torch.zeros(2, 2, 3)
    output = torch.stack([torch.ones(2, 3), 2 * torch.ones(2, 3)])
    assert losses.gaussian_reconstruction(target, output).tolist() == [3.0, 12.0]
    assert losses.mean_squared_error(target, output).tolist() == [1.0, 4.0]


def test_reconstruction_is_the_gaussian_log_likelihood_up_to_its_constant() -> None:
    target, output = gaussians(0, 4, 7)
    exact = -Independent(Normal(output, 1.0), 1).log_prob(target)  # type: ignore[no-untyped-call]
    constant = 7 * 0.5 * math.log(2 * math.pi)
    torch.testing.assert_close(losses.gaussian_reconstruction(target, output), exact - constant)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_kl_equals_torch_distributions(seed: int) -> None:
    mean, log_variance = gaussians(seed)
    exact = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(losses.kl_to_standard_normal(mean, log_variance), exact)


def test_kl_closed_form() -> None:
    zero = torch.zeros(1, 4)
    assert losses.kl_to_standard_normal(zero, zero).item() == 0.0
    assert losses.kl_to_standard_normal(zero + 2.0, zero).item() == pytest.approx(8.0)


def test_free_bits_charge_the_floor_and_stop_its_gradient() -> None:
    mean = torch.tensor([[0.1, 3.0]], requires_grad=True)
    loss = losses.kl_to_standard_normal(mean, torch.zeros(1, 2), free_bits=0.5)
    assert loss.item() == pytest.approx(0.5 + 4.5)
    (gradient,) = torch.autograd.grad(loss.sum(), mean)
    assert gradient.tolist() == [[0.0, 3.0]]


def test_free_bits_compare_the_mean_over_the_batch_with_the_floor() -> None:
    mean = torch.tensor([[0.0], [1.2]])  # divergences of 0 and 0.72 nats, 0.36 in the mean
    zero = torch.zeros(2, 1)
    assert losses.kl_to_standard_normal(mean, zero, free_bits=0.5).tolist() == [0.5, 0.5]
    assert losses.kl_to_standard_normal(mean, zero, free_bits=0.3).tolist() == pytest.approx([0.0, 0.72])


def test_a_divergence_at_its_floor_is_free() -> None:
    mean = torch.tensor([[1.0]], requires_grad=True)  # 0.5 nats
    (gradient,) = torch.autograd.grad(
        losses.kl_to_standard_normal(mean, torch.zeros(1, 1), free_bits=0.5).sum(), mean, allow_unused=True
    )
    assert gradient.item() == 0.0


def test_mean_squared_error_equals_torch() -> None:
    target, output = gaussians(9, 4, 6)
    exact = torch.nn.functional.mse_loss(target, output, reduction="none").mean(1)
    torch.testing.assert_close(losses.mean_squared_error(target, output), exact)


def test_log_normal_equals_torch_distributions() -> None:
    value, mean = gaussians(3)
    log_variance = gaussians(4)[0]
    exact = Independent(Normal(mean, (0.5 * log_variance).exp()), 1).log_prob(value)  # type: ignore[no-untyped-call]
    torch.testing.assert_close(losses.log_normal(value, mean, log_variance), exact)


def test_responsibilities_equal_scikit_learn() -> None:
    points = np.random.default_rng(0).normal(size=(200, 3)) * np.array([1.0, 3.0, 0.5])
    found = GaussianMixture(4, covariance_type="diag", random_state=0).fit(points)
    prior = losses.Mixture(
        *(
            torch.from_numpy(np.log(found.weights_)),
            torch.from_numpy(found.means_),
            torch.from_numpy(np.log(found.covariances_)),
        )
    )
    ours = losses.log_responsibilities(torch.from_numpy(points), prior).exp().numpy()
    np.testing.assert_allclose(ours, found.predict_proba(points), atol=1e-9)


def test_kl_to_a_mixture_of_one_standard_normal_is_the_plain_kl() -> None:
    mean, log_variance = gaussians(1)
    prior = losses.Mixture(torch.zeros(1), torch.zeros(1, 3), torch.zeros(1, 3))
    torch.testing.assert_close(
        losses.kl_to_mixture(mean, log_variance, torch.zeros(5, 1), prior),
        losses.kl_to_standard_normal(mean, log_variance),
    )


def test_kl_to_mixture_equals_the_sum_over_components() -> None:
    mean, log_variance = gaussians(2)
    prior = mixture(5)
    gamma = gaussians(6, 5, 4)[0].softmax(1)
    posterior = Normal(mean, (0.5 * log_variance).exp())
    exact = torch.zeros(5)
    for c in range(4):
        component = Normal(prior.means[c], (0.5 * prior.log_variances[c]).exp())
        exact += gamma[:, c] * kl_divergence(posterior, component).sum(1)
    exact += kl_divergence(Categorical(probs=gamma), Categorical(logits=prior.log_weights.expand(5, 4)))
    torch.testing.assert_close(losses.kl_to_mixture(mean, log_variance, gamma.log(), prior), exact)


def test_kl_to_mixture_bounds_the_marginal_divergence() -> None:
    """KL(q(z,c|x) || p(z,c)) >= KL(q(z|x) || p(z)), estimated by sampling the mixture of torch.distributions."""
    mean, log_variance = gaussians(7, 3)
    prior = mixture(8)
    marginal = MixtureSameFamily(
        Categorical(logits=prior.log_weights),
        Independent(Normal(prior.means, (0.5 * prior.log_variances).exp()), 1),
    )
    posterior = Independent(Normal(mean, (0.5 * log_variance).exp()), 1)
    torch.manual_seed(0)
    z = posterior.sample((4000,))
    estimate = (posterior.log_prob(z) - marginal.log_prob(z)).mean(0)  # type: ignore[no-untyped-call]
    gamma = torch.stack(
        [losses.log_responsibilities(draws, prior).exp().mean(0) for draws in z.transpose(0, 1)]
    )
    assert (losses.kl_to_mixture(mean, log_variance, gamma.log(), prior) >= estimate - 0.1).all()


def test_gradients_stay_finite_where_a_responsibility_underflows() -> None:
    mean = torch.zeros(1, 3, requires_grad=True)
    means = torch.tensor([[0.0] * 3, [500.0] * 3], requires_grad=True)
    prior = losses.Mixture(torch.tensor([0.5, 0.5]).log(), means, torch.zeros(2, 3))
    log_gamma = losses.log_responsibilities(mean, prior)
    assert log_gamma.exp()[0, 1] == 0
    losses.kl_to_mixture(mean, torch.zeros(1, 3), log_gamma, prior).sum().backward()  # type: ignore[no-untyped-call]
    assert mean.grad is not None
    assert means.grad is not None
    assert torch.isfinite(torch.cat([mean.grad, means.grad])).all()


def test_average_weighs_terms_and_averages_examples() -> None:
    terms = {"kl": torch.tensor([1.0, 3.0]), "reconstruction": torch.tensor([10.0, 20.0])}
    assert losses.average(terms, {"kl": 4.0, "reconstruction": 1.0}).item() == 23.0


def test_average_divides_by_the_examples_not_by_the_terms() -> None:
    terms = {"kl": torch.tensor([1.0, 2.0, 3.0]), "reconstruction": torch.tensor([3.0, 3.0, 3.0])}
    assert losses.average(terms, {"kl": 1.0, "reconstruction": 1.0}).item() == 5.0


def test_contrast_by_hand() -> None:
    """Two tracks of two crops each, along the axes: the positive has similarity 1, both others 0."""
    projected = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    found = losses.contrast(projected, torch.tensor([7, 7, 3, 3]), temperature=0.5)
    expected = math.log(math.exp(2.0) + 2.0) - 2.0  # -log(e^(1/t) / (e^(1/t) + 2 e^0))
    torch.testing.assert_close(found, torch.full((4,), expected))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_contrast_of_pairs_is_the_cross_entropy_of_the_partner(seed: int) -> None:
    rows = torch.nn.functional.normalize(gaussians(seed, 8)[0], dim=1)
    similar = rows @ rows.T / 0.2
    similar.fill_diagonal_(float("-inf"))
    partner = torch.arange(8) ^ 1
    exact = torch.nn.functional.cross_entropy(similar, partner, reduction="none")
    torch.testing.assert_close(losses.contrast(rows, torch.arange(8) // 2, 0.2), exact)


def test_contrast_averages_over_several_positives_and_is_nothing_without_one() -> None:
    rows = torch.nn.functional.normalize(gaussians(4, 4)[0], dim=1)
    found = losses.contrast(rows, torch.tensor([0, 0, 0, 1]), 1.0)
    similar = rows @ rows.T
    similar.fill_diagonal_(float("-inf"))
    log_probability = similar.log_softmax(1)
    torch.testing.assert_close(found[0], -(log_probability[0, 1] + log_probability[0, 2]) / 2)
    assert found[3] == 0


def test_contrast_has_finite_gradients() -> None:
    rows = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), requires_grad=True)
    losses.contrast(torch.nn.functional.normalize(rows, dim=1), torch.arange(6) // 2, 0.1).sum().backward()  # type: ignore[no-untyped-call]
    assert rows.grad is not None
    assert torch.isfinite(rows.grad).all()

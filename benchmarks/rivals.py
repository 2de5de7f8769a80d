"""The same tasks done by scikit-learn, pythae and ClustPy. The last two are optional: `why_absent` says what is missing."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import sys
import time
import types
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def why_absent(package: str) -> str | None:
    """Return why a package cannot be used, or ``None``."""
    if package.startswith("clustpy"):
        _without_torchvision()
    try:
        importlib.import_module(package)
    except ImportError as error:
        return f"not measured: {error}"
    return None


def cpu_seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor seconds of a call, and its result."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def mlp(values: Floats, hidden: tuple[int, ...], epochs: int, rate: float, batch: int) -> tuple[float, float]:
    """Train scikit-learn's MLPRegressor to repeat its input; return processor seconds an epoch and the final error."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    model = MLPRegressor(
        hidden_layer_sizes=hidden, alpha=0.0, batch_size=batch, learning_rate_init=rate, max_iter=epochs, tol=0.0,
        n_iter_no_change=epochs + 1, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        seconds, _ = cpu_seconds(lambda: model.fit(values, values))
    error = float(np.square(model.predict(values) - values, dtype=np.float64).mean())
    return seconds / epochs, error


def pythae_seconds(model: Any, train: Floats, validation: Floats, epochs: int, batch: int) -> float:
    """Return the processor seconds of pythae's trainer on the networks of a VAE of ours."""
    import logging
    import tempfile

    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE, VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    from reprise.training.crops import Batch

    class Encoder(BaseEncoder):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, x: Any) -> Any:
            mean, log_variance = self.model.posterior(Batch(x[:, 0], None))
            return ModelOutput(embedding=mean, log_covariance=log_variance)

    class Decoder(BaseDecoder):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, z: Any) -> Any:
            return ModelOutput(reconstruction=self.model.decode(z)[:, None])

    logging.disable(logging.WARNING)
    config = VAEConfig(input_dim=(1, *train.shape[1:]), latent_dim=model.latent_dim)
    vae = VAE(config, encoder=Encoder(), decoder=Decoder())
    sets = [BaseDataset(_tensor(data[:, None]), _tensor(np.zeros(len(data)))) for data in (train, validation)]
    with tempfile.TemporaryDirectory() as folder:
        settings = BaseTrainerConfig(
            output_dir=folder, num_epochs=epochs, learning_rate=1e-3, no_cuda=True,
            per_device_train_batch_size=batch, per_device_eval_batch_size=batch,
        )  # fmt: skip
        trainer = BaseTrainer(vae, sets[0], sets[1], settings)
        with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
            seconds, _ = cpu_seconds(trainer.train)
    logging.disable(logging.NOTSET)
    return seconds


def gmm_on_pca(images: Floats, k: int, dimensions: int, seed: int) -> NDArray[np.int64]:
    """Return clusters of a Gaussian mixture with full covariances on principal components."""
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture

    values = PCA(dimensions, random_state=seed).fit_transform(images.reshape(len(images), -1))
    found: NDArray[np.int64] = GaussianMixture(k, n_init=5, random_state=seed).fit_predict(values)
    return found


def clustpy_vade(images: Floats, k: int, dimensions: int, seed: int) -> NDArray[np.int64]:
    """Return the clusters of ClustPy's VaDE with its own defaults, on pixels in [0, 1] as it expects them."""
    from clustpy.deep import VaDE

    pixels = images.reshape(len(images), -1) / images.max()
    model = VaDE(n_clusters=k, embedding_size=dimensions, random_state=seed)
    with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
        model.fit(pixels)
    labels: NDArray[np.int64] = np.asarray(model.labels_, dtype=np.int64)
    return labels


def _tensor(values: Any) -> Any:
    import torch

    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))


def _without_torchvision() -> None:
    """Stand in for torchvision, of which ClustPy needs the names only (image loaders and ResNet weights)."""
    if importlib.util.find_spec("torchvision") is not None:
        return

    class Named(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            found = Named(f"{self.__name__}.{name}") if name.islower() else type(name, (), {})
            setattr(self, name, found)
            return found

    for name in ("torchvision", "torchvision.models", "torchvision.models._api", "torchvision.transforms"):
        sys.modules[name] = Named(name)

"""What the designs expected, beside which the measured values stand.

Sources: the three design documents of the project (autoencoders, the five VAE models, the leakage analysis). A single
value is given where they name one, else the range they name. Values are quoted, not endorsed: several are out of reach
for any honest method, and saying so is the point of the table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """A quoted range of a score."""

    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Return the bounds by name."""
        return {"low": self.low, "high": self.high}

    def compare(self, value: float) -> str:
        """Return ``below``, ``within`` or ``above``."""
        if value < self.low:
            return "below"
        return "above" if value > self.high else "within"

    def __str__(self) -> str:
        """Write the range as the tables show it."""
        low, high = (f"{bound:,.0f}" if bound >= 1000 else f"{bound:g}" for bound in (self.low, self.high))
        return low if low == high else f"{low}–{high}"


EXPECTED: dict[str, dict[str, Expected]] = {
    "pca": {
        "silhouette": Expected(0.15, 0.15),
        "nmi": Expected(0.15, 0.25),
        "ari": Expected(0.10, 0.20),
        "purity": Expected(0.20, 0.30),
    },
    "ae_basic": {"silhouette": Expected(0.16, 0.16)},
    "ae_multimodal": {
        "silhouette": Expected(0.20, 0.20),
        "nmi": Expected(0.35, 0.55),
        "ari": Expected(0.30, 0.50),
        "purity": Expected(0.40, 0.60),
    },
    "ae_conditional": {"silhouette": Expected(0.22, 0.22)},
    "basic_vae": {
        "nmi": Expected(0.20, 0.35),
        "ari": Expected(0.30, 0.50),
        "purity": Expected(0.25, 0.40),
        "parameters": Expected(5e6, 5e6),
    },
    "conv_vae": {
        "nmi": Expected(0.25, 0.40),
        "ari": Expected(0.40, 0.60),
        "purity": Expected(0.30, 0.45),
        "parameters": Expected(3e6, 3e6),
    },
    "beta_vae": {"ari": Expected(0.42, 0.42), "parameters": Expected(3e6, 3e6)},
    "cvae": {"ari": Expected(0.50, 0.70), "parameters": Expected(3.5e6, 3.5e6)},
    "vade": {"ari": Expected(0.60, 0.80), "parameters": Expected(5.5e6, 5.5e6)},
}

EXPECTED_OF_LANGUAGE: dict[str, dict[str, Expected]] = {
    "cvae": {
        "ari": Expected(0.70, 0.90),
        "purity": Expected(0.90, 1.00),
        "parameters": Expected(3.5e6, 3.5e6),
    },
}
"""The same for models that are given the language."""


def expected_of(name: str, attribute: str) -> dict[str, Expected]:
    """Return what the designs expect of a model that is judged by an attribute; empty where they say nothing."""
    return (EXPECTED_OF_LANGUAGE if attribute == "language" else EXPECTED).get(name, {})

"""The items of REFORMS in our words: what a study that rests on machine learning should report.

References
----------
Kapoor, Cantrell, Peng et al., REFORMS: Consensus-based recommendations for machine-learning-based science, Science Advances 10 (18), eadk3452, 2024:
32 items in eight modules. The wording there is the authoritative one.
"""

from __future__ import annotations

MODULES: dict[str, dict[str, str]] = {
    "1 Study goals": {
        "1a": "about which population a claim is made",
        "1b": "why that population",
        "1c": "why machine learning",
    },
    "2 Computational reproducibility": {
        "2a": "which data, findable by link",
        "2b": "which code, in which version",
        "2c": "on which machines and software",
        "2d": "a README from data and code to results",
        "2e": "one script that makes all results",
    },
    "3 Data quality": {
        "3a": "where data and labels come from",
        "3b": "from what the data were sampled",
        "3c": "why they suit the task",
        "3d": "what is predicted, and how it is distributed",
        "3e": "how many samples, in all and of each class",
        "3f": "what is missing, and how much",
        "3g": "whether the evaluated samples represent the population",
    },
    "4 Data preprocessing": {
        "4a": "what was left out, and why",
        "4b": "how broken samples were handled",
        "4c": "all transformations, and on what they were fitted",
    },
    "5 Modeling": {
        "5a": "each model, with its inputs and outputs",
        "5b": "why these models",
        "5c": "how they were evaluated",
        "5d": "how the reported model was selected",
        "5e": "how hyperparameters were chosen",
        "5f": "against which baselines",
    },
    "6 Data leakage": {
        "6a": "that training and test stay apart, through all steps",
        "6b": "that no sample depends on or repeats one of the other side",
        "6c": "that every input is legitimate",
    },
    "7 Metrics and uncertainty": {
        "7a": "which metrics, and why",
        "7b": "how uncertain they are",
        "7c": "which statistical tests, with which assumptions",
    },
    "8 Generalizability and limitations": {
        "8a": "what speaks for validity elsewhere",
        "8b": "where the findings are not expected to hold",
    },
}

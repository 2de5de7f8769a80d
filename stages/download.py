"""Bring the dataset of a role in: fetched or rendered, cropped to one length, named by content, labels apart."""

from __future__ import annotations

from pathlib import Path

from reprise.datasets.base import Request
from reprise.datasets.discovery import dataset_parameter, for_role
from reprise.datasets.fetch import Fetching, fetch_all
from reprise.datasets.ingest import ingest, worker_count
from reprise.params import load
from reprise.stage import run
from reprise.tables import write_json

CORPUS = "data/corpus"
METRICS = "metrics/download"


def main(role: str) -> None:
    """Fill one role (``tracks``, ``emotion``, ``songs`` or ``factors``) with its dataset."""
    params = load()
    name = params[dataset_parameter(role)]
    dataset = for_role(name, role)
    options = params.datasets[name].to_dict()
    request = Request(
        role=role,
        options=options,
        files=fetch_all(
            dataset,
            options,
            Fetching(params.download.mirror, params.download.retries, params.download.timeout),
        ),
        seed=params.seed,
        workers=worker_count(params.download.workers),
    )
    metrics = ingest(dataset, request, Path(CORPUS) / role)
    write_json(f"{METRICS}/{role}.json", metrics)


if __name__ == "__main__":
    run(main)

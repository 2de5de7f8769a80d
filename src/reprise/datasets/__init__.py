"""Datasets, one file each, and the one door through which their tracks come in.

A file of this package that defines ``INFO`` and ``load`` is a dataset; its name is its key under ``datasets:`` in
``params.yaml``. The others are what datasets share: `base` (the interface), `discovery` (how one is found), `fetch` and
`transfer` (downloads), `archive` (zip and tar), `genre_folders` (a common layout), `clip` and `wav` (audio in),
`fields` (metadata in), `ingest` (all of it, to tables).
"""

"""Placing an uploaded file: taken in under limits, looked at by a process of its own behind closed doors, and deleted."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from reprise.web import answers
from reprise.web.columns import shown
from reprise.web.replies import as_json
from reprise.web.routes_tracks import run_of
from reprise.web.run import Run
from reprise.web.sandbox import place_in_sandbox

router = APIRouter(tags=["upload"])
WAITING = 2
"""Uploads that may wait for the one that is looked at."""

BEGINNINGS = (b"fLaC", b"OggS", b"ID3", b"\x1aE\xdf\xa3", b"caff", b".snd", b"wvPK", b"MAC ", b"TTA1", b"MPCK", b"MP+", b"#!AMR", b"DSD ",
              b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")  # fmt: skip
CONTAINERS = ((b"RIFF", 8, b"WAVE"), (b"RF64", 8, b"WAVE"), (b"FORM", 8, b"AIF"), (b"", 4, b"ftyp"))


class Placing:
    """One file at a time is looked at: the models take a gigabyte and all cores."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.waiting = 0


@router.post(
    "/place",
    response_model=answers.Placed,
    responses={
        413: {"model": answers.Problem, "description": "too large"},
        415: {"model": answers.Problem, "description": "not audio"},
        403: {"model": answers.Problem, "description": "uploads are switched off"},
        503: {"model": answers.Problem, "description": "others are being looked at; try again"},
        504: {"model": answers.Problem, "description": "it took too long"},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    summary="Place one audio file among the tracks",
)
async def place(request: Request) -> Response:
    """Send the bytes of one audio file: its label, mood, place on the map and neighbours. The file is deleted before the reply."""
    if not request.app.state.settings.upload:
        raise HTTPException(403, "uploads are switched off (--no-upload)")
    placing: Placing = request.app.state.placing
    if placing.waiting > WAITING:
        raise HTTPException(
            503, "other files are being looked at; try again in a minute", {"Retry-After": "60"}
        )
    placing.waiting += 1
    try:
        with tempfile.TemporaryDirectory(prefix="reprise-upload-") as folder:
            file = Path(folder) / "upload"
            await _receive(request, file)
            async with placing.turn:
                run = run_of(request)
                settings = request.app.state.settings
                found = await place_in_sandbox(run.files.root, file, settings.upload_seconds - 5)
    finally:
        placing.waiting -= 1
    if "problem" in found:
        raise HTTPException(int(found.get("status", 415)), str(found["problem"]))
    return as_json(await run_in_threadpool(_described, run, found))


async def _receive(request: Request, file: Path) -> None:
    """Write the body to a file; what does not begin like audio is refused at its first bytes."""
    first = True
    with file.open("wb") as stream:
        async for chunk in request.stream():
            if first and chunk:
                if not looks_like_audio(chunk):
                    raise HTTPException(
                        415, "the file does not begin like any audio format that is known here"
                    )
                first = False
            stream.write(chunk)
    if first:
        raise HTTPException(415, "the request has no body; send the bytes of one audio file")


def looks_like_audio(beginning: bytes) -> bool:
    """Return whether a file begins like an audio format; whether it is one is for the decoder, in its sandbox."""
    if beginning.startswith(BEGINNINGS):
        return True
    if any(
        beginning.startswith(start) and beginning[at : at + len(mark)] == mark
        for start, at, mark in CONTAINERS
    ):
        return True
    return len(beginning) > 2 and beginning[0] == 0xFF and beginning[1] & 0xE0 == 0xE0  # MPEG or ADTS frame


def _described(run: Run, found: dict[str, Any]) -> dict[str, Any]:
    """Return the placement with the neighbours as tracks of this run."""
    import math

    near = found.pop("neighbours", [])
    tracks = []
    for one in near:
        row = run.catalogue.row(str(one["track_id"]))
        if row is not None:
            tracks.append({**run.catalogue.brief(row), "distance": shown(float(one["distance"]))})
    labels = max(2, len(found.get("probabilities", {})))
    found["uncertainty"] = shown(float(found.get("entropy") or 0.0) / math.log(labels))
    return {"track": found, "neighbours": tracks}

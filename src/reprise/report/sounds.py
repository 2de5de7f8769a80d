"""The part of the page that can be heard: reconstructions, and one latent decoded as several classes."""

from __future__ import annotations

import base64
import html

from reprise.report.listening import Clip, Listening

READING = (
    "Three seconds from the middle of test tracks (of others where no track is for testing). Phases are made up for all of them alike (Griffin and Lim), and the "
    "spectrum ends at 5.5 kHz, so compare with the first row, not with the recording. The number is the difference from "
    "the original map in dB. Models of MFCC cannot sound better than the second row. Conditional models are told the "
    "track's class here."
)


def embedded(kind: str, content: bytes) -> str:
    """Return content as a URL that needs no file."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def sounds(heard: Listening) -> str:
    """Return the section as HTML; nothing where there is nothing to listen to."""
    if not heard.tracks:
        return ""
    rows = "\n".join(
        f"<tr><td>{html.escape(name)}</td>{''.join(_cell(clip) for clip in clips)}</tr>"
        for name, clips in heard.rows.items()
    )
    head = "".join(f"<th scope='col'>{html.escape(track)}</th>" for track in heard.tracks)
    parts = [
        f"<h2>Reconstructions</h2><p>{READING}</p>",
        f"<div class='scroll'><table><thead><tr><th scope='col'>source</th>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div>",
    ]
    for model, clips in heard.classes.items():
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in clips)
        cells = "".join(_cell(clip) for clip in clips.values())
        parts.append(
            f"<h3>{html.escape(model)}: {html.escape(heard.tracks[0])}, decoded as</h3><div class='scroll'><table><thead><tr>{head}</tr>"
            f"</thead><tbody><tr>{cells}</tr></tbody></table></div>"
        )
    return "\n".join(parts)


def _cell(clip: Clip) -> str:
    error = "" if clip.error is None else f" <span class='interval'>{clip.error:.1f} dB</span>"
    return f"<td><audio controls preload='none' src='{embedded('audio/wav', clip.wav)}'></audio>{error}</td>"

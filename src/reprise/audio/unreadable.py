"""What is said of an audio file that cannot be used."""

from __future__ import annotations

from reprise.errors import RepriseError


class UnreadableAudio(RepriseError):
    """An audio file that cannot be used.

    Attributes
    ----------
    reason : str
        One of ``missing``, ``unreadable`` (no permission), ``empty``, ``not_audio``, ``unsupported``, ``corrupt``,
        ``truncated``, ``bad_rate``, ``too_short``, ``silent``, ``non_finite``, ``out_of_range``, ``wrong_length``,
        ``timeout``, ``crashed``, ``too_large``.
    detail : str
        The value and the rule, for a person.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"unreadable audio ({reason}): {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[UnreadableAudio], tuple[str, str]]:
        """Travel between processes whole: by default only the message would be passed to the constructor."""
        return type(self), (self.reason, self.detail)

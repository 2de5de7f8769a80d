"""Stage `params`: say that params.yaml is valid (the wrapper has checked it, or this would not run)."""

from reprise.stage import run
from reprise.tables import write_text

OUT = "data/params.ok"


def main() -> None:
    """Write a constant, so that no other stage runs again because of a valid change."""
    write_text(OUT, "params.yaml is valid\n")


if __name__ == "__main__":
    run(main)

"""Errors a user can cause, each with what is wrong, where, the rule, and what to do."""

from __future__ import annotations


class RepriseError(Exception):
    """Base of all errors that are reported in one line, without a trace."""


class BadParameter(RepriseError):
    """A key or value of ``params.yaml`` breaks its rule."""


class UndeclaredParameter(RepriseError):
    """A stage asked for a parameter that ``dvc.yaml`` does not declare for it."""


class BadInput(RepriseError):
    """A file, table or array does not have the form its contract promises."""


class MissingData(RepriseError):
    """Data that the request needs is not there (dataset directory, download, weights)."""


class DownloadFailed(RepriseError):
    """A remote file could not be fetched or does not have its checksum."""

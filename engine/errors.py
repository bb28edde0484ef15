"""Errors a person can act on: one sentence saying what and with which value, one saying what to do."""

from __future__ import annotations


class EngineError(Exception):
    """Something went wrong that the user can understand; the base of every error the engine raises on purpose."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def describe(error: OSError) -> str:
    """One sentence for an error of the system: what happened, and to which file."""
    name = error.filename2 or error.filename
    return f"{error.strerror or error}{f' ({name})' if name else ''}."


class InvalidSetting(EngineError):
    """A setting that cannot be used: out of range, or contradicting another one."""


class InvalidImage(EngineError):
    """A file or array that is not an image we can show."""


class InvalidModel(EngineError):
    """A model file, card or weights that cannot be used."""


class ModelMissing(InvalidModel):
    """A known model whose weights are not on this machine yet."""


class DownloadFailed(EngineError):
    """Weights could not be fetched; what arrived is kept where it can be resumed."""


class Cancelled(Exception):
    """Raised at a job's checkpoint after the user cancelled it."""

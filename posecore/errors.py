"""Errors a user can mend.

Every message is one line: which file or value, what was expected, what to do next.
"""


class PosecoreError(Exception):
    """Root of all errors this package raises on purpose."""


class ConfigError(PosecoreError, ValueError):
    """A value outside what is allowed: an option, a mask, a configuration."""


class DataError(PosecoreError):
    """A picture, an annotation file, a prepared data folder or a run's record: missing, broken or empty."""


class CheckpointError(PosecoreError):
    """A weights file that is missing, broken or of another network."""


class ChangeError(PosecoreError):
    """A change that cannot be made of this person, as a knee bends no farther; the message says why."""


class BundleError(PosecoreError):
    """A bundle that is missing, broken, of another schema or lacks what was asked for."""

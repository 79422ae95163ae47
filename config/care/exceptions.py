"""What may go wrong in caring for a site, said so that somebody knows what to do."""


class CareRefused(Exception):
    """A backup, restore or move that was not begun or not finished, and why."""


class NotEmpty(CareRefused):
    """There is something already where something was to be put."""


class WrongChecksum(CareRefused):
    """A file or a table of a backup is not what its manifest says."""

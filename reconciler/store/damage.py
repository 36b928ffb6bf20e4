"""A store that can never be used, whoever made it: what may be moved aside for a new one.

Apart from the tables because who opens the door must know it without importing the library behind it.
"""

from __future__ import annotations


class Foreign(Exception):  # noqa: N818 - a state of the world
    """Somebody else's database, one of ours with parts missing, or no database at all."""

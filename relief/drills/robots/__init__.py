"""Robot players: they take the seats nobody sits in and act through the same actions, with delay.

A robot reads what stands in the drill's book and does what its role would do next. What it did is
in the book, so nothing is done twice, whoever asks for a turn how often.
"""

from relief.drills.robots.seats import act

__all__ = ["act"]

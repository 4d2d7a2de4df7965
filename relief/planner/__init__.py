"""The planner (分配规划): who gets what, from where, on which vehicle, and why not more.

Pure: a problem goes in, a proposal comes out. It knows no database and no other room.
"""

from . import explain
from .check import Violation, violations
from .faults import Fault, Malformed
from .problem import Problem
from .proposal import Proposal
from .reading import parse
from .solve import solve
from .version import PLANNER_VERSION

__all__ = [
    "PLANNER_VERSION",
    "Fault",
    "Malformed",
    "Problem",
    "Proposal",
    "Violation",
    "explain",
    "parse",
    "solve",
    "violations",
]

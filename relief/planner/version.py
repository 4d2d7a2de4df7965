"""The planner's own version: a stored proposal names the planner that made it."""

PLANNER_VERSION = "1.0"

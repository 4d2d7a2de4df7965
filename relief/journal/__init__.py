"""Books and the numbered journal: `journal.record(…)` is the last beat of every action."""

"""Calls on partners, requisitions, and what a county ought to hold."""

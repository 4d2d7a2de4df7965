"""What a supply's stock is worth (影子价格): prices at which no exchange is worth while."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Ints

# The cost of a pair that cannot be used, and of what cannot be had.
NEVER = 2**60


@dataclass(eq=False)
class Residual:
    """A cheapest flow over some pairs: `units` at their cost, `same` of at most `kept` units at
    `bonus` less."""

    s: Ints
    d: Ints
    cost: Ints
    units: Ints
    same: Ints
    kept: Ints
    bonus: int

    def forth(self) -> tuple[Ints, Ints, Ints]:
        """(supply, demand, cost) of what could carry more."""
        if not self.bonus:
            return self.s, self.d, self.cost
        room = np.flatnonzero(self.kept > self.same)
        return (
            np.r_[self.s, self.s[room]],
            np.r_[self.d, self.d[room]],
            np.r_[self.cost, self.cost[room] - self.bonus],
        )

    def back(self) -> tuple[Ints, Ints, Ints]:
        """(supply, demand, cost) of what carries something that could be taken off."""
        some = np.flatnonzero(self.units)
        if not self.bonus:
            return self.s[some], self.d[some], self.cost[some]
        again = np.flatnonzero(self.same)
        return (
            np.r_[self.s[some], self.s[again]],
            np.r_[self.d[some], self.d[again]],
            np.r_[self.cost[some], self.cost[again] - self.bonus],
        )

    def pays(self, price: Ints, demands: int) -> Ints:
        """What one unit more would cost each demand at these prices."""
        s, d, cost = self.forth()
        pays = np.full(demands, NEVER, np.int64)
        np.minimum.at(pays, d, cost + price[s])
        return pays


def prices(residual: Residual, *, stock: Ints, demands: int, least: Ints | None = None) -> Ints:
    """The lowest prices, one per supply, at which no exchange over these pairs is worth while.

    A supply with something left costs nothing; one that is all given out at least what makes its
    takers better off elsewhere. `least` are prices to start from; they count where they leave
    every supply that keeps something at nothing.
    """
    used = np.zeros(len(stock), np.int64)
    np.add.at(used, residual.s, residual.units + residual.same)
    left = used < stock
    if least is not None:
        found = _lowest(residual, np.where(left, 0, np.maximum(0, least)), demands)
        if not found[left].any():
            return found
    return _lowest(residual, np.zeros(len(stock), np.int64), demands)


def _lowest(residual: Residual, price: Ints, demands: int) -> Ints:
    """Raise prices until every demand pays least where it takes from, as Bellman and Ford do."""
    f_s, f_d, f_c = residual.forth()
    order = np.argsort(f_s, kind="stable")
    f_s, f_d, f_c = f_s[order], f_d[order], f_c[order]
    b_s, b_d, b_c = residual.back()
    order = np.argsort(b_d, kind="stable")
    b_s, b_d, b_c = b_s[order], b_d[order], b_c[order]
    here, first = np.unique(f_s, return_index=True)
    mine, first_b = np.unique(b_d, return_index=True)
    pays = np.zeros(demands, np.int64)
    while len(mine) and len(here):
        pays[mine] = np.maximum.reduceat(b_c + price[b_s], first_b)
        worth = np.maximum.reduceat(pays[f_d] - f_c, first)
        if not (worth > price[here]).any():
            break
        price[here] = np.maximum(price[here], worth)
    return price

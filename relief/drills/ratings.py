"""How evaluators rated the objectives (目标评定): all of it is shown, and the worst counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from relief.drills.models import Objective, Rating
from relief.drills.observing import Observations, Seen

FROM_BEST = (Rating.PERFORMED, Rating.SOME, Rating.MAJOR, Rating.UNABLE)


@dataclass(frozen=True, slots=True)
class Rated:
    """An objective (演练目标) with what each evaluator last said of it and of its injects.

    `rating` is the worst given to the objective itself; where nobody gave one, the worst given to
    its injects (`by_injects`); empty where nobody rated anything.
    """

    objective: Objective
    said: Sequence[Seen]
    said_of_injects: Sequence[Seen]
    rating: str
    by_injects: bool


def worst(ratings: Iterable[str]) -> str:
    """The worst of some ratings; empty ones say nothing, and nothing at all stays empty."""
    order = [str(one) for one in FROM_BEST]
    return max((one for one in ratings if one), key=order.index, default="")


def rate(
    *,
    objectives: Iterable[Objective],
    objective_of: Mapping[int, int | None],
    seen: Observations,
) -> list[Rated]:
    """Each objective with its rating; `objective_of` gives the objective's id of an inject."""
    found = []
    for objective in objectives:
        said = seen.of_objective.get(objective.pk, [])
        of_injects = [
            one
            for inject, every in seen.of_inject.items()
            if objective_of.get(inject) == objective.pk
            for one in every
        ]
        own = worst(one.observation.rating for one in said)
        rating = own or worst(one.observation.rating for one in of_injects)
        found.append(Rated(objective, said, of_injects, rating, not own and bool(rating)))
    return found

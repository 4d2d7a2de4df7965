"""How long goods keep, without a database."""

import calendar
import datetime as dt


def last_good_day(
    *, expires_on: dt.date | None, made_on: dt.date | None, life_months: int | None
) -> dt.date | None:
    """The last day a lot may leave: its expiry date, else made on + storage life (储备年限).

    A life that ends on a day its month does not have ends on the month's last. None = keeps.
    """
    if expires_on is not None or made_on is None or life_months is None:
        return expires_on
    years, month = divmod(made_on.month - 1 + life_months, 12)
    year = made_on.year + years
    day = min(made_on.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day)

"""Which versions count, which wait and which must be merged: any tree of versions."""

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from relief.reports import chains
from relief.reports.chains import LIVE, PENDING

few = settings(max_examples=25, deadline=None)


@dataclass(frozen=True)
class Version:
    id: int
    seq: int
    kind: str = "initial"
    state: str = "adopted"
    village_id: int | None = None
    base_id: int | None = None


def row(*states, village=None, start=1, base=None, kind="follow_up"):
    """A chain of one place, each version on the one before."""
    found = []
    for n, state in enumerate(states):
        found.append(
            Version(
                id=start + n,
                seq=start + n,
                kind="initial" if base is None else kind,
                state=state,
                village_id=village,
                base_id=base,
            )
        )
        base = start + n
    return found


def test_the_newest_adopted_version_of_the_township_counts_alone():
    whole = row("adopted", "verified", "waiting")
    village = row("adopted", village=7, start=10)
    assert chains.counting([*whole, *village]) == {2}


def test_without_a_report_of_the_whole_its_villages_are_added():
    villages = [
        *row("adopted", "adopted", village=7),
        *row("verified", village=8, start=10),
        *row("waiting", village=9, start=20),
    ]
    assert chains.counting(villages) == {2, 10}


def test_zero_reports_of_the_whole_leave_the_villages_standing():
    zero = Version(id=3, seq=3, kind="zero")
    assert chains.counting([*row("adopted", village=7), zero]) == {1}
    said = Version(id=4, seq=4, kind="follow_up", base_id=3)
    assert chains.counting([*row("adopted", village=7), zero, said]) == {4}
    later = Version(id=5, seq=5, kind="zero", base_id=4)
    assert chains.counting([*row("adopted", village=7), zero, said, later]) == {5}


def test_of_two_on_one_base_the_second_waits_to_be_merged():
    first, second = row("adopted", "adopted"), Version(3, 3, "follow_up", "waiting", base_id=1)
    assert chains.standing([*first, second]) == {3: "to_merge"}
    returned = [first[0], replace(first[1], state="returned"), second]
    assert chains.standing(returned) == {3: "waiting"}


def test_of_two_that_wait_only_the_later_is_to_be_merged():
    one, other = (Version(n, n, "initial", "waiting", village_id=7) for n in (1, 2))
    assert chains.standing([one, other]) == {1: "waiting", 2: "to_merge"}
    assert chains.standing([one, replace(other, village_id=8)]) == {1: "waiting", 2: "waiting"}


def test_what_rests_on_a_waiting_version_waits_with_it():
    assert chains.standing(row("adopted", "waiting", "waiting")) == {2: "waiting", 3: "waiting"}


@st.composite
def trees(draw):
    """Any versions of a township and two villages, each on an earlier one of its place or none."""
    found: list[Version] = []
    for n in range(1, draw(st.integers(1, 9)) + 1):
        village = draw(st.sampled_from([None, 7, 8]))
        bases = [None, *(one.id for one in found if one.village_id == village)]
        state = draw(
            st.sampled_from(["waiting", "to_merge", "adopted", "verified", "returned", "merged"])
        )
        kind = draw(st.sampled_from(["initial", "follow_up", "zero", "verified"]))
        found.append(Version(n, n, kind, state, village, draw(st.sampled_from(bases))))
    return found


@few
@given(trees())
def test_at_most_one_version_of_a_place_counts_and_never_whole_and_parts(versions):
    counted = [one for one in versions if one.id in chains.counting(versions)]
    assert len({one.village_id for one in counted}) == len(counted)
    assert all(one.state in LIVE for one in counted)
    if any(one.village_id is None for one in counted):
        assert len(counted) == 1
    said = [one for one in versions if one.state in LIVE]
    if any(one.village_id is None and one.kind != "zero" for one in said):
        assert [one.village_id for one in counted] == [None]
    else:
        assert {one.village_id for one in counted} == {one.village_id for one in said} - {None}


@few
@given(trees(), st.randoms())
def test_the_order_of_arrival_does_not_matter(versions, random):
    shuffled = random.sample(versions, len(versions))
    assert chains.counting(shuffled) == chains.counting(versions)
    assert chains.standing(shuffled) == chains.standing(versions)


@few
@given(trees())
def test_what_nobody_adopted_changes_no_total(versions):
    assert chains.counting([one for one in versions if one.state in LIVE]) == chains.counting(
        versions
    )


@few
@given(trees())
def test_a_village_heard_of_later_takes_nothing_from_the_others(versions):
    before = chains.counting(versions)
    after = chains.counting([*versions, Version(99, 99, "initial", "adopted", 9)])
    assert before <= after <= before | {99}


@few
@given(trees())
def test_the_newest_that_is_adopted_replaces_its_place_and_only_that(versions):
    for place in (None, 7, 8):
        newer = Version(99, 99, "follow_up", "adopted", place)
        before, after = chains.counting(versions), chains.counting([*versions, newer])
        whole = any(one.village_id is None for one in versions if one.id in before)
        if place is None:
            assert after == {99}
        elif whole:
            assert after == before
        else:
            own = {one.id for one in versions if one.village_id == place}
            assert after == before - own | {99}


@few
@given(trees())
def test_who_stands_beside_whom_is_mutual_and_never_in_one_line(versions):
    known = {one.id: one for one in versions}
    stands = [one for one in versions if one.state in (*LIVE, *PENDING)]
    for one in stands:
        for other in chains.beside(one, versions=versions, known=known):
            assert one in chains.beside(other, versions=versions, known=known)
            assert other not in chains.line(one, known=known)
            assert other not in chains.followers(one, versions=versions, known=known)

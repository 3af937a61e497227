"""What arrives together is routed together, and comes out as if it had come alone."""

import asyncio

import pytest

from data.complaint import Complaint
from data.errors import PintuError
from serving.batcher import INLINE_COMPLAINTS, LONG, Batcher, Wish

TEXTS = [f"Lampu jalan nomor {i} padam, gelap sekali." for i in range(20)]


def routed(batcher, router, jobs):
    async def work():
        calls = (batcher.route(router, complaints, wish) for complaints, wish in jobs)
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(work())


def test_together_or_alone_the_answers_are_the_same(router):
    sizes = []
    jobs = [([Complaint(text, door="35.78")], Wish(top=3)) for text in TEXTS]
    found = routed(Batcher(sizes.append), router, jobs)
    alone = [router.route(complaints, top=3) for complaints, _ in jobs]
    assert [[r.to_row() for r in one] for one in found] == [
        [r.to_row() for r in one] for one in alone
    ]
    assert sum(sizes) == len(TEXTS)
    assert max(sizes) == INLINE_COMPLAINTS


def test_different_wishes_are_kept_apart(router):
    jobs = [
        ([Complaint(TEXTS[0])], Wish(door, top)) for door in ("35.78", "64.72") for top in (1, 2)
    ]
    found = routed(Batcher(), router, jobs)
    assert [len(one[0].candidates) for one in found] == [1, 2, 1, 2]
    assert {one[0].candidates[0].region_code[:5] for one in found[2:]} == {"64.72"}


def test_one_that_fails_does_not_hinder_the_others(router):
    jobs = [([Complaint(TEXTS[0])], Wish("Atlantis")), ([Complaint(TEXTS[1])], Wish())]
    wrong, right = routed(Batcher(), router, jobs)
    assert isinstance(wrong, PintuError)
    assert right[0].candidates


def test_long_texts_leave_the_loop_free(router):
    async def work():
        batcher = Batcher()
        long = asyncio.create_task(
            batcher.route(router, [Complaint("jalan rusak " * LONG)] * 3, Wish())
        )
        turns = 0
        while not long.done():
            await asyncio.sleep(0)
            turns += 1
        return turns

    assert asyncio.run(work()) > 1


def test_a_client_that_went_away_is_not_routed(router):
    async def work():
        batcher = Batcher()
        gone = asyncio.create_task(batcher.route(router, [Complaint(TEXTS[0])], Wish()))
        stays = asyncio.create_task(batcher.route(router, [Complaint(TEXTS[1])], Wish()))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays

    assert asyncio.run(work())[0].candidates

"""Pieces of work side by side: in order, really at once, and BLAS as it was afterwards."""

import os
from threading import Barrier

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from reid.threads import cores, side_by_side


@pytest.fixture(autouse=True)
def wide():
    """Two threads in products, whatever the environment says: else there is nothing to narrow."""
    with threadpool_limits(2, user_api="blas"):
        yield


def blas_threads():
    """Of numpy's library; one that rests on OpenMP counts for each thread anew."""
    libraries = [lib for lib in threadpool_info() if lib["user_api"] == "blas"]
    return [lib["num_threads"] for lib in libraries if lib["threading_layer"] == "pthreads"]


def test_results_come_in_the_order_of_the_items():
    assert list(side_by_side(lambda n: n * n, range(50), threads=3)) == [n * n for n in range(50)]


def test_two_pieces_are_worked_on_at_once():
    both = Barrier(2, timeout=10)  # nobody passes it alone
    assert len(list(side_by_side(lambda _: both.wait(), range(2), threads=2))) == 2


def test_products_get_one_thread_meanwhile_and_what_they_had_afterwards():
    np.ones((2, 2)) @ np.ones((2, 2))
    before = blas_threads()
    assert set(next(side_by_side(lambda _: tuple(blas_threads()), [0]))) == {1}
    assert blas_threads() == before


def test_who_comes_first_and_goes_first_does_not_leave_the_other_narrow():
    np.ones((2, 2)) @ np.ones((2, 2))
    before = blas_threads()
    one, other = (side_by_side(lambda _: tuple(blas_threads()), range(2)) for _ in range(2))
    assert set(next(one)) == set(next(other)) == {1}
    one.close()
    assert set(blas_threads()) == {1}
    other.close()
    assert blas_threads() == before


def test_an_error_in_a_piece_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(lambda n: 1 // n, [1, 0]))


def test_cores_are_known_where_the_system_does_not_say_which_are_allowed(monkeypatch):
    """macOS and Windows; a service starts its network in a process there as well."""
    assert cores() == len(os.sched_getaffinity(0))
    monkeypatch.delattr(os, "sched_getaffinity")
    assert cores() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1

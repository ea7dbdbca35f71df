"""Work on rows in threads."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from core.neighbours import run_on_blocks


def threads_of_products():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize(("n_rows", "size"), [(0, 4), (3, 4), (4, 4), (11, 4)])
def test_each_row_is_worked_on_once(n_rows, size):
    done = np.zeros(n_rows, dtype=int)

    def work(block):
        done[block] += 1

    run_on_blocks(work, n_rows, size)
    assert (done == 1).all()


def test_products_have_their_threads_back_when_the_last_of_several_calls_ends():
    first_ends, second_runs = threading.Event(), threading.Event()

    def first(block):
        assert second_runs.wait(10)

    def second(block):
        second_runs.set()
        assert first_ends.wait(10)

    def run_first():
        run_on_blocks(first, 2, 1)
        first_ends.set()

    before = threads_of_products()
    beside = threading.Thread(target=run_first)
    beside.start()
    run_on_blocks(second, 2, 1)
    beside.join()
    assert threads_of_products() == before

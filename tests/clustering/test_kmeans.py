import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from posecore import blocks
from posecore.blocks import LocalSource, in_threads
from posecore.clustering.kmeans import kmeans, plus_plus, sketch
from posecore.clustering.lloyd import lloyd
from posecore.errors import ConfigError


def decaying(people=600, dimensions=120, seed=0, dtype=np.float32):
    """People without groups, whose spread falls from direction to direction, far from 0."""
    rng = np.random.default_rng(seed)
    turned = np.linalg.qr(rng.normal(0, 1, (dimensions, dimensions)))[0]
    scores = rng.normal(0, 1, (people, dimensions)) * 5 * np.arange(1, dimensions + 1) ** -0.7
    return (scores @ turned + 3).astype(dtype)


def starts_of(people, ks, seed=0):
    rng = np.random.default_rng(seed)
    return [people[rng.choice(len(people), k, replace=False)] for k in ks]


def test_every_run_is_lloyds_as_scikit_learn_does_it(monkeypatch):
    monkeypatch.setattr("posecore.clustering.lloyd.TOLERANCE", 0)
    people, ks = decaying(), [2, 2, 5, 3, 3, 9]
    source, starts = LocalSource(people), starts_of(people, [2, 2, 5, 3, 3, 9])
    found = lloyd(source, [start - source.mean for start in starts])
    for run, (k, start) in enumerate(zip(ks, starts, strict=True)):
        theirs = KMeans(k, init=start, n_init=1, tol=0, max_iter=300).fit(people)
        assert adjusted_rand_score(theirs.labels_, found.labels[run]) == 1
        assert found.inertia[run] == pytest.approx(theirs.inertia_, rel=1e-5)
        np.testing.assert_allclose(found.centroids[run] + source.mean, theirs.cluster_centers_, atol=1e-3)


def test_one_step_by_hand():
    points = np.array([[0.0], [1], [2], [9], [10], [11], [12]])
    source = LocalSource(points)
    found = lloyd(source, [np.array([[0.0], [3]], np.float32) - source.mean])
    # 0 and 1 to the first, the rest to the second; then 2 comes over, and nothing more.
    assert found.labels[0].tolist() == [0, 0, 0, 1, 1, 1, 1]
    np.testing.assert_allclose(found.centroids[0] + source.mean, [[1], [10.5]], atol=1e-6)
    assert found.inertia[0] == pytest.approx(2 + 5)


def test_the_best_of_ten_is_as_tight_as_scikit_learns():
    people = decaying(800, 150)
    people[:300, :20] += 2
    people[200:500, 20:30] -= 3
    source = LocalSource(people)
    for k in (2, 5):
        ours = kmeans(source, [k] * 10, [(0, k, i) for i in range(10)]).inertia.min()
        assert ours <= 1.001 * KMeans(k, n_init=10, random_state=0).fit(people).inertia_


def test_weights_are_copies():
    people = decaying(80, 10)
    weights = np.random.default_rng(1).integers(0, 3, (2, 80)).astype(np.uint8)
    start = starts_of(people, [4])[0]
    source = LocalSource(people)
    found = lloyd(source, [start - source.mean] * 2, weights)
    for run in range(2):
        copies = np.repeat(people, weights[run], axis=0)
        apart = LocalSource(copies)
        alone = lloyd(apart, [start - apart.mean])
        np.testing.assert_array_equal(np.repeat(found.labels[run], weights[run]), alone.labels[0])
        assert found.inertia[run] == pytest.approx(alone.inertia[0], rel=1e-5)


def test_an_empty_cluster_goes_to_whom_nothing_is_near():
    # The mean of all, 0, is far from everybody too.
    source = LocalSource(np.array([[-100.0], [-99], [99], [100], [107]]) - 1.4)
    far = np.array([[-100.0], [100], [9999]], np.float32)
    found = lloyd(source, [far])
    assert found.labels[0].tolist() == [0, 0, 1, 1, 2]
    # Whom a resample leaves out is no place for a cluster.
    weights = np.array([[1, 1, 1, 1, 0]], np.uint8)
    found = lloyd(source, [far], weights)
    assert set(found.labels[0, :4].tolist()) == {0, 1, 2}
    with pytest.raises(ConfigError, match="3 clusters: some stay empty"):
        same = LocalSource(np.array([[0.0], [0], [1], [1]]))
        lloyd(same, [np.array([[0.0], [1], [9]], np.float32) - same.mean])


def test_blocks_and_copies_change_nothing(monkeypatch):
    people, ks = decaying(500, 60, dtype=np.float16), [3, 3, 6]
    seeds = [(0, k, i) for i, k in enumerate(ks)]
    whole = kmeans(LocalSource(people), ks, seeds)
    read_anew = kmeans(LocalSource(people, copy_up_to=0), ks, seeds)
    np.testing.assert_array_equal(whole.labels, read_anew.labels)
    monkeypatch.setattr(blocks, "LEAST_BLOCK", 500)
    one_block = kmeans(LocalSource(people), ks, seeds)
    for ours, theirs in zip(whole.labels, one_block.labels, strict=True):
        assert adjusted_rand_score(ours, theirs) == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot hold back cores")
def test_labels_do_not_depend_on_the_number_of_threads(tmp_path):
    np.save(tmp_path / "people.npy", decaying(1200, 300))
    program = (
        "import os, sys, numpy as np\n"
        "cores = sorted(os.sched_getaffinity(0))[: int(sys.argv[2])]\n"
        "os.sched_setaffinity(0, cores)\n"
        "from posecore.blocks import LocalSource\n"
        "from posecore.clustering.kmeans import kmeans\n"
        "found = kmeans(LocalSource(np.load(sys.argv[1])), [8] * 4, [(0, 8, i) for i in range(4)])\n"
        "np.save(sys.argv[3], found.labels)\n"
    )
    for cores in (1, 2):
        arguments = [str(tmp_path / "people.npy"), str(cores), str(tmp_path / f"{cores}.npy")]
        subprocess.run([sys.executable, "-c", program, *arguments], check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "1.npy"), np.load(tmp_path / "2.npy"))


def test_threads_give_results_in_order_and_may_ask_for_threads_themselves():
    def outer(number):
        return list(in_threads(lambda inner: (number, inner), range(3)))

    assert list(in_threads(outer, range(9))) == [[(n, i) for i in range(3)] for n in range(9)]

    def fails(number):
        if number == 2:
            raise ValueError("two")
        return number

    found = in_threads(fails, range(50))
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(found)
    assert list(in_threads(abs, [-1, -2])) == [1, 2]  # nothing is left of what failed


def test_the_sketch_keeps_what_people_differ_by_most():
    people = decaying(800, 150)
    sketched = sketch(LocalSource(people))
    centred = people - people.mean(axis=0)
    most = np.square(np.linalg.svd(centred, compute_uv=False))[:64].sum()
    assert sketched.shape == (800, 64)
    assert 0.97 * most < np.square(sketched).sum() <= most * 1.0001
    # Shadows are never longer than people, as directions are at right angles.
    assert (np.linalg.norm(sketched, axis=1) <= 1.0001 * np.linalg.norm(centred, axis=1)).all()
    few = sketch(LocalSource(people[:, :5]))
    np.testing.assert_allclose(
        np.linalg.norm(few, axis=1),
        np.linalg.norm(people[:, :5] - people[:, :5].mean(axis=0), axis=1),
        rtol=1e-4,
    )


def test_starts_are_different_people_far_apart():
    people = np.array([[0.0], [0.1], [0.2], [100], [100.1], [1000]], np.float32)
    squares = (people**2).sum(axis=1)
    for seed in range(20):
        found = plus_plus(people, squares, 3, np.random.default_rng(seed))[:, 0]
        assert (found < 1).sum() == 1 and (found == 1000).sum() == 1
    weights = np.array([1, 1, 0, 1, 0, 0], np.uint8)
    for seed in range(20):
        found = plus_plus(people, squares, 3, np.random.default_rng(seed), weights)[:, 0]
        assert not set(found.tolist()) & set(people[weights == 0, 0].tolist())
    known = plus_plus(people, squares, 3, np.random.default_rng(0), first=people[[5, 3]])
    assert known[:2, 0].tolist() == [1000, 100] and known[2, 0] < 1

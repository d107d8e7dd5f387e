"""Real workers of both engines: killed, or unable to begin. Ray's tests need the extra `ray`."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import ray_work
from conftest import paint
from typer.testing import CliRunner

from reid.archive import ray_engine
from reid.archive.local_engine import LocalEngine
from reid.archive.ray_engine import NodeDiffers, NodeDoesNotSee, NoRayCluster, RayActor, RayEngine
from reid.archive.scheduling import TRIES, NoWorker, Scheduler
from reid.errors import MissingExtra
from service.__main__ import app

TESTS = Path(__file__).parents[2]
STORE = 80 << 20
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="the extra `ray` is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # Ray has its own


def rows(engine, work, items=range(20)):
    scheduler = Scheduler(engine)
    try:
        return list(scheduler.rows(work, items))
    finally:
        scheduler.close()


@pytest.mark.slow
def test_a_killed_process_costs_no_row_and_an_item_that_always_kills_has_its_row(tmp_path):
    once = ray_work.deadly(tmp_path / "once", 1)
    assert rows(LocalEngine(2), once) == [(n, "") for n in range(20)]
    always = ray_work.deadly(tmp_path / "always", 99)
    assert rows(LocalEngine(2), always)[6:9] == [(6, ""), (7, "lost"), (8, "")]
    assert len((tmp_path / "always").read_text()) == TRIES


@pytest.mark.slow
def test_what_cannot_be_loaded_in_a_process_is_said():
    with pytest.raises(FileNotFoundError, match="no weights here"):
        rows(LocalEngine(1), ray_work.unloadable())


def test_without_ray_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"--engine ray needs Ray: pip install '.*\[ray\]'"):
        RayEngine(tmp_path)


def test_the_command_without_ray_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "1.jpg").write_bytes(paint(1))
    asked = ["archive", str(tmp_path / "frames"), "--engine", "ray", "--data-dir", str(tmp_path)]
    assert isinstance(CliRunner().invoke(app, asked).exception, MissingExtra)


def test_a_node_that_sees_other_files_or_has_another_library_is_refused(tmp_path):
    mark = tmp_path / "mark"
    mark.write_text("1")
    expected = ray_engine.makeup([mark])
    RayActor().begin(ray_work.deadly(tmp_path / "none", 0), expected)
    with pytest.raises(NodeDiffers, match=r"has another numpy than this machine \(.*, not 1\.0\)"):
        RayActor().begin(ray_work.unloadable(), {**expected, "numpy": "1.0"})
    mark.unlink()
    with pytest.raises(NodeDoesNotSee, match=str(tmp_path)):
        RayActor().begin(ray_work.unloadable(), expected)


@pytest.fixture(scope="module")
def cluster():
    """A head without processors and two nodes of one; yields the cluster and its nodes."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["PYTHONPATH"] = f"{TESTS.parent}:{TESTS}"
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE}
    started = Cluster(initialize_head=True, head_node_args=head)
    nodes = [started.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(2)]
    started.wait_for_nodes()
    yield started, nodes
    started.shutdown()


def on(cluster, tmp_path, **options):
    return RayEngine(tmp_path, address=cluster[0].address, **options)


@needs_ray
@pytest.mark.slow
def test_actors_that_die_or_lose_their_node_cost_no_row(cluster, tmp_path):
    engine = on(cluster, tmp_path)
    try:
        assert engine.workers == 2
        assert rows(engine, ray_work.deadly(tmp_path / "once", 1)) == [(n, "") for n in range(20)]
        always = rows(engine, ray_work.deadly(tmp_path / "always", 99))
        assert always == [(n, "lost" if n == 7 else "") for n in range(20)]
        with pytest.raises(FileNotFoundError, match="no weights here"):
            rows(engine, ray_work.unloadable())
        scheduler = Scheduler(engine)
        running = scheduler.rows(ray_work.deadly(tmp_path / "none", 0), range(200))
        given = [next(running)]
        cluster[0].remove_node(cluster[1].pop(), allow_graceful=False)
        assert [*given, *running] == [(n, "") for n in range(200)]
        scheduler.close()
    finally:
        engine.close()
    assert not [*tmp_path.glob("*.mark")]


@needs_ray
@pytest.mark.slow
def test_a_cluster_without_room_and_no_cluster_at_all_are_said(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(ray_engine, "MEMORY", 1 << 50)
    engine = on(cluster, tmp_path, patience_s=0.5)
    try:
        with pytest.raises(NoWorker, match="no worker could begin"):
            rows(engine, ray_work.deadly(tmp_path / "none", 0))
    finally:
        engine.close()
    with pytest.raises(NoRayCluster, match=r"127\.0\.0\.1:1"):
        RayEngine(tmp_path, address="127.0.0.1:1")

"""Workers of an archive run as actors of a Ray cluster, which is installed by the extra `ray`.

Ray only places actors and tells when one is lost. Every node sees the frames, the folder of results
and the weights at the same paths, and has the same libraries; a node where that is not so is
refused, because its rows would be others.
"""

import hashlib
import os
import platform
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from uuid import uuid4

from reid.archive.local_engine import Bench
from reid.archive.scheduling import Work
from reid.errors import BadSettings, MissingExtra, ReidError

MEMORY = 1 << 30  # bytes that a worker asks for: it holds the network
PATIENCE_S = 600.0  # a cluster may have to start machines
LIBRARIES = (
    *("torch", "torchvision", "numpy", "scipy"),
    *("opencv-python-headless", "pillow", "simplejpeg"),
)
KNOCK_S = 10.0  # until an address where nobody answers is given up
BEGINNING = 1 << 20  # bytes of a file by which it is known


class NoRayCluster(
    BadSettings,
    message="no Ray cluster can be used at {address}: start one with `ray start --head`, or give "
    "its address with --ray-address or RAY_ADDRESS ({why})",
): ...


class NodeDiffers(
    ReidError,
    message="node {node} of the Ray cluster has another {what} than this machine ({theirs}, not "
    "{ours}), so its rows could be others: make it the same there, and run the command again",
): ...


class NodeDoesNotSee(
    ReidError,
    message="node {node} of the Ray cluster does not see {folder} as this machine does: share it "
    "with all nodes at the same path, and run the command again",
): ...


class NodeCannotBegin(
    ReidError,
    message="a node of the Ray cluster cannot begin to work: install this version of leopard-reid "
    "on every node ({why})",
): ...


class RayEngine:
    """Starts actors on a running cluster. workers: 0 for one a processor of the cluster.

    address: "" for RAY_ADDRESS, or the cluster of this machine. out: folder of the results; files:
    others that every node has to see as they are here. Raises MissingExtra, NoRayCluster.
    """

    def __init__(
        self,
        out: Path,
        files: Sequence[Path] = (),
        *,
        address: str = "",
        workers: int = 0,
        patience_s: float = PATIENCE_S,
    ) -> None:
        try:
            import ray
        except ImportError as error:
            raise MissingExtra(feature="--engine ray", needs="Ray", extra="ray") from error
        address = address or os.environ.get("RAY_ADDRESS") or "auto"
        try:
            _knock(address)
            ray.init(address, log_to_driver=False, logging_level="ERROR")
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            raise NoRayCluster(address=address, why=_line(error, 0)) from error
        self.workers = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        self.patience_s: float | None = patience_s
        self._mark = out.absolute() / f"nodes-{uuid4().hex}.mark"
        self._files = [path.absolute() for path in files]
        self._makeup: dict[str, str] = {}
        self._actor = ray.remote(RayActor).options(
            num_cpus=1, memory=MEMORY, scheduling_strategy="SPREAD", max_restarts=0
        )

    def start(self) -> "RayWorker":
        """An actor, wherever Ray has room for it."""
        if not self._makeup:
            self._mark.write_text(self._mark.name)
            self._makeup = makeup([self._mark, *self._files])
        return RayWorker(self._actor.remote(), self._makeup)

    def close(self) -> None:
        """Leave the cluster, with all actors."""
        import ray

        self._mark.unlink(missing_ok=True)
        ray.shutdown()


class RayWorker:
    """One actor; what Ray says of it in the words of executors."""

    def __init__(self, actor: Any, expected: Mapping[str, str]) -> None:  # noqa: ANN401
        self._actor, self._expected = actor, expected

    def begin(self, work: Work[Any, Any, Any]) -> "Future[None]":
        """Load what the work needs, on a node that is as this machine."""
        return _told(self._actor.begin.remote(work, self._expected), beginning=True)

    def submit(self, item: object) -> "Future[Any]":
        """The row of an item."""
        return _told(self._actor.done.remote(item))

    def close(self) -> None:
        """Ends at once."""
        import ray

        ray.kill(self._actor)


class RayActor:
    """What stands on a node: it loads once and does one item after the other."""

    def __init__(self) -> None:
        self._bench = Bench()

    def begin(self, work: Work[Any, Any, Any], expected: Mapping[str, str]) -> None:
        """Load what the work needs. Raises NodeDoesNotSee or NodeDiffers."""
        files = [Path(name) for name in expected if name.startswith("/")]
        own, node = makeup(files), platform.node()
        for path in files:
            if own[str(path)] != expected[str(path)]:
                raise NodeDoesNotSee(node=node, folder=path.parent)
        for what, ours in expected.items():
            if own[what] != ours:
                raise NodeDiffers(node=node, what=what, theirs=own[what], ours=ours)
        self._bench.begin(work, 1)

    def done(self, item: object) -> Any:  # noqa: ANN401
        """The row of an item."""
        return self._bench.done(item)


def _knock(address: str) -> None:
    """Raises OSError where nobody listens; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdigit() and "/" not in host:
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_S).close()


def makeup(files: Sequence[Path]) -> dict[str, str]:
    """What rows depend on beside items, by name: versions, our own code, and files by path."""
    root = Path(__file__).parents[1]
    code = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        code.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return {
        "processor": platform.machine(),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "leopard-reid": code.hexdigest()[:12],
        **{name: _version(name) for name in LIBRARIES},
        **{str(path): _beginning(path) for path in files},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _beginning(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(BEGINNING)).hexdigest()[:12]
    except OSError:
        return "none"


def _line(error: BaseException, number: int) -> str:
    """One line of what an error says: Ray adds where it came from."""
    return (str(error).strip() or type(error).__name__).splitlines()[number].strip()


def _told(reference: Any, *, beginning: bool = False) -> "Future[Any]":  # noqa: ANN401
    """The future of a call. Whatever is lost with a node is BrokenExecutor; errors of the work are
    themselves."""
    from ray.exceptions import RayError, RayTaskError

    told: Future[Any] = Future()

    def tell(call: "Future[Any]") -> None:
        error = call.exception()
        if error is None:
            told.set_result(call.result())
            return
        if isinstance(error, RayTaskError):
            error = error.cause if isinstance(error.cause, BaseException) else error
            if beginning and not isinstance(error, ReidError | OSError):
                error = NodeCannotBegin(why=_line(error, -1))
        elif beginning and getattr(error, "actor_init_failed", False):  # our code is not there
            error = NodeCannotBegin(why=_line(error, -1))
        elif isinstance(error, RayError):
            error = BrokenExecutor(_line(error, 0))
        told.set_exception(error)

    reference.future().add_done_callback(tell)
    return told

"""Execute chapters and write their receipts.

    python -m tools.execute                 # those whose code, or medai, changed
    python -m tools.execute --all           # every chapter
    python -m tools.execute CHAPTER.ipynb   # these, whether changed or not

Notebooks run side by side, one process each.  A notebook that fails is left as it was.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tqdm import tqdm

from medai.runtime.devices import device_name
from medai.runtime.files import replacing
from tools.notebooks import ROOT, chapter_paths, code_cells, code_hash, package_hash, receipt

VERSIONS = ["medai", "numpy", "scipy", "pandas", "matplotlib", "keras", "tensorflow", "torch"]


def stale(path: Path) -> bool:
    """Say whether a chapter must run again."""
    notebook = nbformat.read(path, as_version=4)
    stored = receipt(notebook)
    missing = any(cell.execution_count is None for cell in code_cells(notebook))
    now = {"code": code_hash(notebook), "medai": package_hash(path)}
    return missing or any(stored.get(what) != now[what] for what in now)


class MemoryWatch(threading.Thread):
    """Record the largest resident memory of a kernel and its children, in MB."""

    def __init__(self, client: NotebookClient) -> None:
        super().__init__(daemon=True)
        self.client, self.peak, self.stop = client, 0.0, threading.Event()

    def run(self) -> None:
        """Poll until told to stop."""
        while not self.stop.wait(0.1):
            pid = getattr(getattr(self.client.km, "provisioner", None), "pid", None)
            if not pid:
                continue
            try:
                process = psutil.Process(pid)
                family = [process, *process.children(recursive=True)]
                self.peak = max(self.peak, sum(p.memory_info().rss for p in family) / 1e6)
            except psutil.Error:
                continue


def execute(path: Path, bar: tqdm, timeout: int) -> str:
    """Run one notebook in place; return a line about it."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=lambda **_: bar.update(1),
        record_timing=False,
        coalesce_streams=True,  # else one text falls into pieces by chance
        extra_arguments=["--log-level=ERROR"],
    )
    watch = MemoryWatch(client)
    watch.start()
    start = time.perf_counter()
    try:
        client.execute(env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"})
    finally:
        watch.stop.set()
    seconds = time.perf_counter() - start
    installed = {d.metadata["Name"].lower(): d.version for d in importlib.metadata.distributions()}
    notebook.metadata["medai"] = {
        "receipt": {
            "code": code_hash(notebook),
            "medai": package_hash(path),
            "outputs": [len(cell.outputs) for cell in code_cells(notebook)],
            "seconds": round(seconds, 1),
            "peak_memory_mb": round(watch.peak),
            "device": f"{device_name()}, {platform.system()} {platform.machine()}",
            "executed": datetime.now(UTC).strftime("%Y-%m-%d"),
            "python": platform.python_version(),
            "versions": {name: installed[name] for name in VERSIONS if name in installed},
        }
    }
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {
        "name": "python",
        "file_extension": ".py",
        "mimetype": "text/x-python",
    }
    with replacing(path) as file:
        file.write(nbformat.writes(notebook).encode() + b"\n")
    return f"{path.relative_to(ROOT)}: {seconds:.0f} s, {watch.peak:.0f} MB"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.execute", description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*")
    parser.add_argument("--all", action="store_true", help="also those that did not change")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    parser.add_argument("--timeout", type=int, default=300, help="seconds for one cell")
    args = parser.parse_args(argv)
    paths = chapter_paths(args.notebooks)
    if not (args.notebooks or args.all):
        paths = [path for path in paths if stale(path)]
    if not paths:
        print("Every chapter is up to date (--all runs them anyway).")
        return 0
    cells = sum(len(nbformat.read(path, as_version=4).cells) for path in paths)
    failed = 0
    with tqdm(total=cells, unit="cell", disable=None) as bar, ThreadPoolExecutor(args.jobs) as pool:
        runs = {pool.submit(execute, p, bar, args.timeout): p for p in paths}
        for run in as_completed(runs):
            try:
                print(run.result(), flush=True)
            except CellExecutionError as error:
                failed += 1
                print(f"{runs[run]} FAILED and was left as it was:\n{error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

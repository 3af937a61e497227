"""Speed and memory: one text in process, batches, loading, resident memory.

Run as ``python -m benchmarks.speed [--bundle FOLDER]``; by default the active bundle is measured.
The texts are the starter cases.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from data.complaint import Complaint
from data.home import active_bundle

if TYPE_CHECKING:
    from classifier.router import Router

_TEXTS = 1000


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path)
    bundle = parser.parse_args().bundle or active_bundle()
    start = time.perf_counter()
    from classifier.router import Router as Loaded

    imported = time.perf_counter() - start
    start = time.perf_counter()
    router = Loaded.load(bundle)
    loaded = time.perf_counter() - start
    complaints = _complaints(router)
    router.route(complaints[:100], door="Kota Surabaya")
    singles: list[float] = []
    for complaint in complaints:
        start = time.perf_counter()
        router.route([complaint], door="Kota Surabaya")
        singles.append(1000 * (time.perf_counter() - start))
    start = time.perf_counter()
    router.bundle.model.scores([complaint.words for complaint in complaints])
    scored = 1000 * (time.perf_counter() - start) / len(complaints)
    start = time.perf_counter()
    router.route(complaints, door="Kota Surabaya")
    together = time.perf_counter() - start
    quantiles = statistics.quantiles(singles, n=100)
    print("| measure | figure |\n|---|---|")
    print(f"| import of the router | {imported:.2f} s |")
    print(f"| bundle loaded and checked | {loaded:.2f} s |")
    print(f"| one text, median | {statistics.median(singles):.2f} ms |")
    print(f"| one text, 99th percentile | {quantiles[98]:.2f} ms |")
    print(f"| of which text model | {scored:.2f} ms |")
    print(f"| in bulk | {len(complaints) / together:,.0f} texts/s |")
    print(f"| resident memory, bundle loaded | {_memory(bundle)} MB |")


def _complaints(router: "Router") -> list[Complaint]:
    from data.starter import starter_cases

    cases = starter_cases(router.registry.mandates)
    step = max(1, len(cases) // _TEXTS)
    return [case.complaint for case in cases[::step]][:_TEXTS]


def _memory(bundle: Path) -> int:
    """Resident memory in MB of a fresh process that has loaded the bundle and routed a text."""
    code = (
        "import sys; from pathlib import Path; from classifier.router import Router; "
        "from data.complaint import Complaint; r = Router.load(Path(sys.argv[1])); "
        "r.route([Complaint('Lampu jalan padam')]); "
        "lines = Path('/proc/self/status').read_text().splitlines(); "
        "print(next(l for l in lines if l.startswith('VmRSS')).split()[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bundle)], capture_output=True, text=True, check=True
    )
    return round(int(done.stdout) / 1024)


if __name__ == "__main__":
    main()

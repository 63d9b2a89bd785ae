"""CPU seconds of the ways that must stay light: --help, plugins, schema, and the second check of a sweep.

    python benchmarks/cli_cpu.py sweep.yaml

The first check decodes what is new; the figures are those of the second time, files in the system's cache and bytecode
beside the modules, as `pip install` leaves it. Where PYTHONDONTWRITEBYTECODE is set and an installer has left none,
every start compiles what it imports, and takes half as much again.
"""

from __future__ import annotations

import resource
import subprocess
import sys


def cpu_seconds(arguments: list[str]) -> float:
    """User and system time of one call of the command line, its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "sinesweep_runner", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    sweep_file = sys.argv[1]
    for way in (["--help"], ["plugins"], ["schema"], ["check", sweep_file]):
        cpu_seconds(way)
        print(f"{way[0]:<8} {min(cpu_seconds(way) for _ in range(3)):.2f} s")


if __name__ == "__main__":
    main()

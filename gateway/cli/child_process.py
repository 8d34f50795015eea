"""Ends a process that a command started, with patience but in any case."""

import subprocess

STOP_TIMEOUT_S = 20.0
"""A gateway or hundreds of simulated devices need a second or two; a loaded Raspberry Pi more."""


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Ask it to end, wait, and kill it if it does not."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

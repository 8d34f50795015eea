"""What a start loads: a gateway runs for months with it."""

import subprocess
import sys

MAKERS = ("fpdf", "fontTools", "xlsxwriter", "segno", "matplotlib", "numpy", "influxdb_client")
"""They make files and ask stores, which many gateways never do: a third of the memory together."""
LOADED = f"""
import sys
import gateway.cli.main
print(*(module for module in {MAKERS} if module in sys.modules))
"""


def test_nothing_is_loaded_that_only_makes_files_or_asks_a_store() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")

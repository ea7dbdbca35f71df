"""Build the wheel without a network: `python -m tests.support.build_wheel FOLDER`.

The maps component is not bundled again: its files come from the package that `make setup` has bundled.
"""

import runpy
import shutil
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def copy_installed(frontend, temporary, static):
    """Stand in for `bundle`."""
    shutil.copytree(Path(sysconfig.get_path("purelib")) / "refract_linked_maps" / "static", static)


def main(target):
    sys.path.insert(0, str(ROOT / "assets" / "linked_maps"))
    import bundle

    bundle.bundle = copy_installed
    sys.argv = ["setup.py", "--quiet", "build", "--build-base", f"{target}/build", "egg_info", "--egg-base"]
    sys.argv += [target, "bdist_wheel", "--dist-dir", target]
    runpy.run_path(str(ROOT / "setup.py"), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1])

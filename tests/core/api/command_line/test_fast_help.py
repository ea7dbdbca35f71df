"""Help is asked for often: it waits for no library that takes seconds."""

import subprocess
import sys

from tests.support.app_server import ROOT


def test_help_imports_no_slow_library():
    code = (
        "import sys\nfrom core.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'torch', 'sklearn', 'scipy', 'streamlit', 'umap'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"

"""The oldest and the newest pip that the locks must install with: `python -m testkit.pips`.

`make test` downloads both wheels into var/pips before any test runs, unless they are there already.
pip runs from its wheel, so no environment needs it installed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path("var/pips")
HASHES = {
    "22.3": "1daab4b8d3b97d1d763caeb01a4640a2250a0ea899e257b1e44b9eded91e15ab",
    "23.2.1": "7ccf472345f20d35bdc9d1841ff5f313260c2c33fe417f48c30ac46cccabf5be",
    "24.2": "2cd581cf58ab7fcfca4ce8efa6dcacd0de5bf8d0a3eb9ec927e07405f4d9e2a2",
    "25.2": "6d67a2b4e7f14d8b31b8b52648866fa717f45a1eb70e83002f4331d07e953717",
    "26.3": "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13",
}
# The pip that the first release of each Python brought; an older one need not run on it.
FIRST = {11: "22.3", 12: "23.2.1", 13: "24.2", 14: "25.2"}
OLDEST = FIRST[min(sys.version_info.minor, max(FIRST))]
NEWEST = max(HASHES)  # when the locks were last written


def wheel(version: str) -> Path:
    """Return the wheel of this pip, fetched and verified by hash if it is not there yet."""
    path = FOLDER.resolve() / f"pip-{version}-py3-none-any.whl"
    if not path.exists():
        _fetch(version, path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == HASHES[version], f"{path} was changed"
    return path


def _fetch(version: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        wanted = Path(folder) / "pip.txt"
        wanted.write_text(f"pip=={version} --hash=sha256:{HASHES[version]}\n")
        command = ["download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
        command += ["--require-hashes", "--requirement", str(wanted), "--dest", folder]
        subprocess.run([sys.executable, "-m", "pip", *command], check=True)
        # Several tests may ask at once; the last one to finish puts the same file there again.
        (Path(folder) / path.name).replace(path)


if __name__ == "__main__":
    for each in (OLDEST, NEWEST):
        wheel(each)

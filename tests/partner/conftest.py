"""A partner's machine: an environment of its own, in which Kassa is installed as it is here, and folders to work in."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 400
LOYALTY = "acme-loyalty"
NOTHING_FETCHED = {
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
"""What a plugin needs is there already. (Of a switch that begins with NO pip takes 0 for yes.)"""
ONLY_THE_KIT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "kassa.testing.pytest_plugin"}
"""Other pytest plugins that happen to be installed here are not on a partner's machine."""


@dataclass(frozen=True)
class Partner:
    """Somebody with a terminal.

    :param folder: where they are.
    :param bin: their environment's programs.
    """

    folder: Path
    bin: Path

    def run(self, command: str, *, folder: Path | None = None, code: int | None = 0) -> str:
        """Run a command as it is typed; what it said.

        :param code: the exit code that it must have; None: any.
        """
        path = os.pathsep.join([str(self.bin), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, **NOTHING_FETCHED, **ONLY_THE_KIT}
        environment.pop("PYTHONPATH", None)
        # Each command is a process that imports Kassa: it compiles it once, as it would in anybody's environment.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(self.bin.parent / "compiled")
        done = subprocess.run(
            command, shell=True, cwd=folder or self.folder, env=environment, capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert code is None or done.returncode == code, f"$ {command}\n{said}"
        return said


@pytest.fixture(scope="session")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Partner:
    """A new environment: nothing is installed there but Kassa and what it needs, and the tools to test and build."""
    folder = tmp_path_factory.mktemp("partner")
    venv.create(folder / ".venv", with_pip=False, symlinks=True)
    bin_folder = folder / ".venv" / "bin"
    made = Partner(folder, bin_folder)
    site = made.run("python -c 'import sysconfig; print(sysconfig.get_path(\"purelib\"))'").strip()
    ours = sysconfig.get_path("purelib")
    (Path(site) / "kassa-of-this-project.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
    for name, module in (("kassa", "kassa.cli"), ("pytest", "pytest.__main__")):
        program = bin_folder / name
        program.write_text(
            f"#!{bin_folder / 'python'}\nimport runpy\nrunpy.run_module({module!r}, run_name='__main__')\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
    assert sys.version_info[:2] == tuple(map(int, made.run("python -V").split()[1].split(".")[:2]))
    return made

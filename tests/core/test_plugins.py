"""The plugin host: loads what the register's record lists, names what it cannot, and lets nothing else in."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kassa.hookspecs import API_LEVEL
from kassa.model import EnabledPlugin
from kassa.plugins import PluginHost, PluginProblem
from kassa.text import literal
from kassa.windows import StatusItem

INFO = f"""
from kassa import PluginInfo, hook
from kassa.text import literal
from kassa.windows import StatusItem

PLUGIN = PluginInfo(__name__, "1.0", {API_LEVEL}, "A partner's plugin")
"""
WORKS = (
    INFO
    + """
@hook
def status_items():
    return [StatusItem("text", literal(__name__))]
"""
)


class Site:
    """A folder on ``sys.path`` with distributions in it, as pip leaves them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules: set[str] = set()

    def install(self, name: str, source: str = WORKS, *, distribution: str = "", module: str = "") -> None:
        """Install a distribution with one plugin in it."""
        module = module or f"plugged_{name}"
        distribution = distribution or f"acme-{name}"
        (self.folder / f"{module}.py").write_text(source, encoding="utf-8")
        info = self.folder / f"{distribution.replace('-', '_')}-2.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 2.5\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[kassa.plugins]\n{name} = {module}\n", encoding="utf-8")
        self.modules.add(module)
        importlib.invalidate_caches()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty place to install to."""
    made = Site(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield made
    for module in made.modules:
        sys.modules.pop(module, None)


def host(*plugins: str | EnabledPlugin) -> PluginHost:
    """A host that finds what is installed, with plugins listed by name."""
    return PluginHost([EnabledPlugin(plugin) if isinstance(plugin, str) else plugin for plugin in plugins])


def only_problem(loaded: PluginHost) -> PluginProblem:
    (problem,) = loaded.problems
    return problem


def items(loaded: PluginHost) -> list[StatusItem]:
    """What the loaded plugins answer to a hook."""
    return loaded.hooks.status_items(None, None)  # type: ignore[arg-type]


def test_loads_what_is_listed_in_that_order(site: Site) -> None:
    """The plugins of the record are loaded and called in the record's order, whatever order they are installed in."""
    for name in ("apple", "cherry", "banana"):
        site.install(name)
    loaded = host("cherry", "apple", "banana")
    assert list(loaded.loaded) == ["cherry", "apple", "banana"]
    assert [item.text for item in items(loaded)] == [
        literal("plugged_cherry"), literal("plugged_apple"), literal("plugged_banana")
    ]  # fmt: skip
    assert loaded.problems == []


def test_knows_where_a_plugin_came_from(site: Site) -> None:
    """Support sees distribution and version of each plugin."""
    site.install("apple", distribution="acme-fruit")
    plugin = host("apple").loaded["apple"]
    assert (plugin.distribution, plugin.version, plugin.info.title) == ("acme-fruit", "2.5", "A partner's plugin")


def test_what_is_not_listed_is_never_imported(site: Site) -> None:
    """An installed plugin that the register does not have is not even imported."""
    site.install("apple")
    site.install("bomb", "raise SystemExit(9)")
    loaded = host("apple")
    assert list(loaded.loaded) == ["apple"]
    assert "plugged_bomb" not in sys.modules
    assert loaded.problems == []


def test_missing_is_named_once(site: Site) -> None:
    """A listed plugin that is not installed is named; the others work."""
    site.install("apple")
    loaded = host("gone", "apple")
    problem = only_problem(loaded)
    assert (problem.name, problem.stage) == ("gone", "find")
    assert len(items(loaded)) == 1


def test_installed_twice_is_refused_and_both_are_named(site: Site) -> None:
    """Two distributions that claim one name: neither is loaded, and support sees both."""
    site.install("apple", distribution="acme-apple", module="plugged_first")
    site.install("apple", distribution="zenith-apple", module="plugged_second")
    site.install("pear")
    loaded = host("apple", "pear")
    problem = only_problem(loaded)
    assert (problem.name, problem.stage) == ("apple", "find")
    assert "plugged_first" in problem.error
    assert "plugged_second" in problem.error
    assert not {"plugged_first", "plugged_second"} & set(sys.modules)
    assert list(loaded.loaded) == ["pear"]


@pytest.mark.parametrize(
    "breaks",
    [
        "raise ValueError('broken at import')",
        "raise SystemExit(3)",
        "assert False, 'broken at import'",
        "import no_such_module_anywhere",
        "this is not Python",
        "class Odd(BaseException): pass\nraise Odd",
    ],
)
def test_broken_at_import_is_isolated(site: Site, breaks: str) -> None:
    """Whatever an import raises, that plugin is named once, with its distribution, and the others work."""
    site.install("bad", breaks)
    site.install("apple")
    loaded = host("bad", "apple")
    problem = only_problem(loaded)
    assert (problem.name, problem.stage, problem.distribution) == ("bad", "load", "acme-bad")
    assert problem.error
    assert len(items(loaded)) == 1


CHECKED = {
    "no PLUGIN": ("x = 1", "check", "PluginInfo"),
    "PLUGIN of another type": ("PLUGIN = {'api_level': 1}", "check", "PluginInfo"),
    "another API level": (INFO.replace(f", {API_LEVEL},", f", {API_LEVEL + 1},"), "check", f"level {API_LEVEL + 1}"),
    "API level as text": (INFO.replace(f", {API_LEVEL},", f", '{API_LEVEL}',"), "check", "level"),
    "unknown hook": (INFO + "@hook\ndef sale_finishd(finished): ...", "register", "sale_finishd"),
    "unknown argument": (INFO + "@hook\ndef logged_on(cashier): ...", "register", "cashier"),
    "argument with a default": (INFO + "@hook\ndef logged_on(staff, register=None): ...", "register", "register"),
    "wrapper": (INFO + "@hook(wrapper=True)\ndef logged_on():\n    return (yield)", "register", "wrapper"),
    "old wrapper": (INFO + "@hook(hookwrapper=True)\ndef logged_on():\n    yield", "register", "wrapper"),
    "coroutine": (INFO + "@hook\nasync def logged_on(): ...", "register", "synchronous"),
}


@pytest.mark.parametrize("case", CHECKED)
def test_does_not_fit_the_contract(site: Site, case: str) -> None:
    """What the contract does not allow is refused at load, with the reason; no hook of that plugin is called."""
    source, stage, reason = CHECKED[case]
    good_hook = "\n@hook\ndef status_items():\n    return [StatusItem('text', literal('bad'))]\n"
    site.install("bad", source + (good_hook if stage == "register" else ""))
    site.install("apple")
    loaded = host("bad", "apple")
    problem = only_problem(loaded)
    assert (problem.name, problem.stage) == ("bad", stage)
    assert reason in problem.error
    assert [item.text for item in items(loaded)] == [literal("plugged_apple")]
    assert list(loaded.loaded) == ["apple"]


def test_required_that_cannot_work_stops_sales(site: Site) -> None:
    """A required plugin that is missing, broken or does not fit is among those that keep a sale from starting."""
    site.install("apple")
    site.install("bad", "raise ValueError")
    site.install("odd", "x = 1")
    required = [EnabledPlugin(name, required=True) for name in ("gone", "bad", "odd", "apple")]
    assert {problem.name for problem in host(*required).missing_required} == {"gone", "bad", "odd"}
    assert host("gone", "bad", "odd", "apple").missing_required == []


def test_failure_in_a_hook_is_named_once_and_counted(site: Site) -> None:
    """A plugin that fails again and again is one line on the screen; it is at work still, so sales go on."""
    site.install("bad", INFO + "@hook\ndef status_items(): raise ValueError('oh')")
    loaded = host(EnabledPlugin("bad", required=True))
    for _ in range(3):
        assert items(loaded) == []
    problem = only_problem(loaded)
    assert (problem.name, problem.stage, problem.error) == ("bad", "status_items", "ValueError: oh")
    assert loaded.failures["bad"] == 3
    assert loaded.missing_required == []


def test_settings_are_the_records(site: Site) -> None:
    """A plugin's settings are those that headquarters gave it on this register; a stranger has none."""
    site.install("apple")
    loaded = host(EnabledPlugin("apple", settings={"colour": "green"}))
    assert loaded.settings("apple") == {"colour": "green"}
    assert loaded.settings("pear") == {}


def test_register_without_plugins(site: Site) -> None:
    """A record that lists nothing loads nothing, whatever is installed."""
    site.install("apple")
    loaded = host()
    assert (loaded.loaded, loaded.problems, items(loaded)) == ({}, [], [])

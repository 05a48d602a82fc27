"""Holds the code against the architecture: who may import what, read from the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("resume", "interview", "learning")

# A library, and the only files that may import it.
CONFINED = {
    "grpc": ("services/*/servicer.py", "services/*/app.py", "**/adapters/*_client.py", "shared/rpc/*.py"),
    "grpc_health": ("shared/rpc/*.py",),
    "grpc_reflection": ("shared/rpc/*.py",),
    "career": (
        "services/*/servicer.py",
        "services/*/mapping.py",
        "services/*/app.py",
        "shared/generation/mapping.py",
        "shared/generation/feedback_mapping.py",
        "**/adapters/*_client.py",
    ),
    "motor": ("shared/database.py", "**/adapters/mongo.py"),
    "pymongo": ("shared/database.py", "**/adapters/mongo.py", "shared/adapters/mongo_*.py"),
    "openai": ("shared/llm/providers/openai.py",),
    "anthropic": ("shared/llm/providers/claude.py",),
    "google.generativeai": ("shared/llm/providers/gemini.py",),
    "google.ai": ("shared/llm/providers/gemini.py",),
    "tenacity": ("shared/llm/retry.py",),
    "pydantic_settings": ("shared/config.py",),
}
# The layers of a service from the inside out: each may import those before it.
LAYERS = ("model", "rules", "errors", "ports", "use_cases", "mapping", "servicer", "app", "__main__")


def sources() -> list[Path]:
    """All our code that runs in production."""
    return sorted(path for top in ("shared", "services", "gateway") for path in (ROOT / top).rglob("*.py"))


def imports_of(path: Path) -> Iterator[str]:
    """Full names of what a file imports; a name taken from a package counts with it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(path: Path) -> str:
    """The path as the rules write it."""
    return path.relative_to(ROOT).as_posix()


def is_below(module: str, package: str) -> bool:
    """Whether the module is the package or inside of it."""
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("library", CONFINED, ids=str)
def test_a_library_stays_in_its_files(library: str) -> None:
    """Each library is imported by its own few files alone, so that it can be replaced there."""
    allowed = {path for pattern in CONFINED[library] for path in ROOT.glob(pattern)}

    users = {path for path in sources() if any(is_below(module, library) for module in imports_of(path))}

    assert users, f"nothing imports {library}: the rule is out of date"
    assert {named(path) for path in users - allowed} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_services_do_not_import_each_other(service: str) -> None:
    """A service knows no other service's code."""
    others = [f"services.{other}" for other in SERVICES if other != service]

    strangers = [
        (named(path), module)
        for path in (ROOT / "services" / service).rglob("*.py")
        for module in imports_of(path)
        if any(is_below(module, other) for other in others)
    ]

    assert strangers == []


def test_shared_knows_no_service() -> None:
    """What is shared does not depend on who shares it."""
    strangers = [
        (named(path), module)
        for path in (ROOT / "shared").rglob("*.py")
        for module in imports_of(path)
        if is_below(module, "services")
    ]

    assert strangers == []


def test_nothing_imports_tests_or_tools() -> None:
    """What runs in production needs neither the tests nor the developers' tools."""
    strangers = [
        (named(path), module)
        for path in sources()
        for module in imports_of(path)
        if is_below(module, "tests") or is_below(module, "tools")
    ]

    assert strangers == []


def test_the_environment_is_read_in_one_place() -> None:
    """Settings alone read the environment."""
    readers = [
        named(path)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]

    assert set(readers) == {"shared/config.py"}


@pytest.mark.parametrize("service", SERVICES)
def test_layers_point_inwards(service: str) -> None:
    """A layer of a service imports none that lies further out; adapters import neither servicer nor app."""
    folder = ROOT / "services" / service

    def outer(layer: str) -> list[str]:
        later = LAYERS[LAYERS.index(layer) + 1 :]
        return [f"services.{service}.{name}" for name in (*later, "adapters")]

    wrong = [
        (layer, module)
        for layer in LAYERS
        if layer not in ("app", "__main__") and (folder / f"{layer}.py").exists()
        for module in imports_of(folder / f"{layer}.py")
        if any(is_below(module, name) for name in outer(layer))
    ]
    wrong += [
        (named(path), module)
        for path in (folder / "adapters").rglob("*.py")
        for module in imports_of(path)
        if any(is_below(module, f"services.{service}.{name}") for name in ("servicer", "mapping", "app", "use_cases"))
    ]

    assert wrong == []

"""YAML files of our own: vocabularies, prompts, material."""

from pathlib import Path
from typing import Any

import yaml

# The parser in C reads the vocabulary in a tenth of the time; not every build of PyYAML has it.
_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 -- whatever the file holds
    """The content of a file, of plain types alone; raises `yaml.YAMLError`, `OSError`."""
    return yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 -- both loaders are safe ones

"""Knowledge files that libraries ship themselves, named by an entry point in their distribution:

    [project.entry-points."xcs.knowledge"]
    mylib = "mylib:xcs.toml"             # the package that is described, and a file in its folder

Nothing is imported for it. Where an object of a package that has no file here is first met, its folder is listed; only
if there is such a file in it are the entry points of what is installed beside it read. A file speaks of its own package
alone, and one that breaks the grammar is left out: its library is then as if nothing were said of it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from io import FileIO
from os import scandir

from ..peek import is_module, text, variables_of

GROUP = b"[xcs.knowledge]"
INSTALLED = ("site-packages", "dist-packages")


def file_of(package: str) -> str:
    """The file that a loaded package's distribution names for it; nothing where it names none."""
    module = sys.modules.get(package)
    if not is_module(module):
        return ""
    path = text(variables_of(module).get("__file__")).replace("\\", "/")
    folder, _, file = path.rpartition("/")
    installed, _, name = folder.rpartition("/")
    if file.partition(".")[0] != "__init__" or name != package or not installed.endswith(INSTALLED):
        return ""
    files = _files(folder)
    where, colon, file = named(installed).get(package, "").partition(":") if files else ("", "", "")
    return f"{folder}/{file.strip()}" if colon and where.strip() == package and file.strip() in files else ""


def _files(folder: str) -> list[str]:
    """The files in a package's folder that may be such a one."""
    try:
        with scandir(folder) as entries:
            return [entry.name for entry in entries if entry.name.endswith(".toml")]
    except OSError:
        return []


@cache
def named(folder: str) -> Mapping[str, str]:
    """What the distributions in a folder name, by package."""
    found: dict[str, str] = {}
    try:
        with scandir(folder) as entries:
            infos = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return found
    for info in infos:
        found.update(_stated(f"{info}/entry_points.txt"))
    return found


def _stated(path: str) -> Mapping[str, str]:
    """The lines of the group in one distribution's entry points."""
    try:
        with FileIO(path) as file:
            content = file.readall()
    except OSError:
        return {}
    if GROUP not in content:
        return {}
    lines = content.partition(GROUP)[2].decode("utf-8", "replace").splitlines()
    found: dict[str, str] = {}
    for line in lines[1:]:
        if line.lstrip().startswith("["):
            break
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith(("#", ";")):
            found[name.strip()] = value.strip()
    return found


__all__ = ["file_of"]

"""What each stage makes of a function, as text: the golden cases compare it, and people read it.

    python -m tests.printing FILE [FUNCTION]        every stage, for the last function of the file or the one named

The file is imported. A region is decided with the defaults of the function's parameters, `def f(docs=DOCS)`, and with
the literals that it assigns to other variables first, `found = []`.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.util
import io
import os
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path as File

from xcs.analysis.dependence import LinkedRegion
from xcs.analysis.domain.effects import Effect
from xcs.analysis.domain.places import Path
from xcs.cli.lint import main as xcs_lint
from xcs.cli.transform import main as xcs_transform
from xcs.emit.entry_tests import emit
from xcs.emit.slices import compile_slice
from xcs.front.lower import lower_function
from xcs.front.lowered_code import lowered
from xcs.front.source import built_in, locate_code, original_code
from xcs.ir.nodes import Block, For, FunctionIR, If, Inline, Instr, Jump, Node, Operand, Try, Var, While, With
from xcs.ir.regions import RegionCode
from xcs.peek import name_of
from xcs.plan.plan import Plan, make_plan
from xcs.reasons import REASONS
from xcs.remarks import Bailout, Remark


def loaded(file: File, name: str = "") -> types.FunctionType:
    """A function of a file, which is imported: the one of that name, or the last; without `@jit`."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    tree = ast.parse(file.read_text("utf-8"))
    names = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    function = getattr(module, name or names[-1])
    found = getattr(function, "sequential", function)
    assert isinstance(found, types.FunctionType)
    return found


# -- lowering


def lowering(function: types.FunctionType) -> str:
    """The IR of a function."""
    code = original_code(function.__code__)
    source = locate_code(code, function.__globals__)
    means = built_in(code, function.__globals__)
    ir = lower_function(source.node, source.filename, frozenset(code.co_freevars), means)
    return "\n".join([f"{ir.name}({', '.join(_parameters(ir))})", *_block(ir.body, 1)])


def _parameters(ir: FunctionIR) -> list[str]:
    starred = [f"*{ir.vararg}"] if ir.vararg else []
    return [*ir.args, *starred, *ir.kwonly, *([f"**{ir.kwarg}"] if ir.kwarg else [])]


def _block(block: Block, depth: int) -> list[str]:
    lines: list[str] = []
    for node in block:
        lines.append(f"{'    ' * depth}{node.id:>3}  {_head(node)}")
        match node:
            case If() | For() | While():
                for name in ("header", "body", "orelse"):
                    if below := getattr(node, name, ()):
                        lines += [f"{'    ' * depth}     {name}:"] * (name != "body") + _block(below, depth + 1)
            case Try():
                lines += _block(node.body, depth + 1)
                for handler in node.handlers:
                    caught = "" if handler.type is None else f" {_operand(handler.type)}"
                    named = f" as {handler.name}" if handler.name else ""
                    lines += [f"{'    ' * depth}     except{caught}{named}:"]
                    lines += [*_block(handler.types, depth + 1), *_block(handler.body, depth + 1)]
                for name, below in (("else", node.orelse), ("finally", node.final)):
                    lines += [f"{'    ' * depth}     {name}:", *_block(below, depth + 1)] if below else []
            case With() | Inline():
                lines += _block(node.body, depth + 1)
    return lines


def _operand(use: Operand | None) -> str:
    return "-" if use is None else use.name if isinstance(use, Var) else repr(use.value)


def _head(node: Node) -> str:
    match node:
        case Instr():
            return _instruction(node)
        case If():
            return f"if {_operand(node.test)}"
        case For():
            kind = "" if node.kind == "for" else f"   ({node.kind})"
            return f"for {node.target} in {_operand(node.iterable)}{kind}"
        case While():
            return f"while {_operand(node.test)}"
        case Try():
            return "try"
        case With():
            return f"with {_operand(node.manager)} as {node.target}"
        case Inline():
            return f"open {node.function.__name__}"
        case Jump():
            return node.kind + ("" if node.value is None else f" {_operand(node.value)}")


def _instruction(node: Instr) -> str:
    positional = len(node.uses) - len(node.keywords)
    shift = 1 if node.op == "call" else 0
    shown = [_operand(use) for use in node.uses[:positional]]
    for index, star in enumerate(node.stars):
        if star and index + shift < len(shown):
            shown[index + shift] = "*" + shown[index + shift]
    for keyword, use in zip(node.keywords, node.uses[positional:], strict=True):
        shown.append(f"{keyword}={_operand(use)}" if keyword is not None else f"**{_operand(use)}")
    into = "" if node.target is None else f"{', '.join(node.targets)} = "
    return into + " ".join(part for part in (node.op, node.name, ", ".join(shown)) if part)


# -- regions: effects, dependences, plans, what runs


def effects(function: types.FunctionType) -> str:
    """The effects of each call of a function's first region, with its callees'."""
    region = _region(function)
    if region is None:
        return "no region"
    lines = []
    for ident, node in region.nodes.items():
        shown = sorted(set(map(_effect, region.effects(ident))))
        if isinstance(node, Instr) and (node.op == "call" or shown):
            lines.append(f"{ident:>3}  {_head(node)}: " + (", ".join(shown) or "nothing"))
    return "\n".join(lines)


def _effect(effect: Effect) -> str:
    where = ""
    if effect.loc is not None:
        root = effect.loc.root
        place = "anything" if root is None else str(root) if isinstance(root, Path) else "made at " + str(root[-1])
        where = f" {place}{'' if effect.loc.slot == '*' else effect.loc.slot}{' and below' if effect.loc.deep else ''}"
    detail = "" if effect.loc is not None or not effect.detail else f" {effect.detail}"
    return f"{effect.kind}{detail}{where}"


def dependences(function: types.FunctionType) -> str:
    """Which definitions each node of a function's first region reads, and what each call needs in one iteration."""
    region = _region(function)
    if region is None:
        return "no region"
    lines = []
    for ident, node in region.nodes.items():
        read = region.whole.uses.get(ident, {})
        sources = [f"{name} <- {', '.join(map(_definition, sorted(found)))}" for name, found in sorted(read.items())]
        lines.append(f"{ident:>3}  {_head(node)}" + (f"    {'; '.join(sources)}" if sources else ""))
        if isinstance(node, Instr) and node.op == "call":
            inner = next((p.id for p in reversed(region.parents[ident]) if isinstance(p, For)), 0)
            needed, live = region.closure(ident, inner)
            lines.append(f"       needs {_list(needed - {ident})}; of before {_list(live)}")
        if isinstance(node, Instr) and node.op in ("build", "call") and region.writers(ident):
            lines.append(f"       written by {_list(set(region.writers(ident)))}")
    return "\n".join(lines)


def _definition(ident: int) -> str:
    return "before" if not ident else str(ident)


def _list(values: Iterable[object]) -> str:
    return ", ".join(map(str, sorted(values, key=lambda v: (str(type(v)), v)))) or "nothing"  # type: ignore[return-value, arg-type]


def plans(function: types.FunctionType) -> str:
    """The verdict on each region of a function."""
    lines: list[str] = []
    for code, plan in _plans(function):
        lines.append(f"region {code.number}, lines {code.span.line}-{code.span.end_line}: {_remark(plan.remark)}")
        for site in plan.sites:
            started = f"each iteration of {site.anchor}" if site.anchor else "the region"
            parts = [f"site {site.site}: {site.node.text}", f"for {started}", f"slice {_list(site.needs)}"]
            parts += [f"waits for {_list(site.results)}"] if site.results else []
            parts += ["in a strand"] if site.strand else []
            parts += [site.service] if site.service else []
            lines.append("    " + "; ".join(parts))
        if plan.sites:
            lines += sorted({f"    guard: {g.path} {_expected(g.kind, g.expected)}" for g in plan.guards})
            lines += sorted(f"    apart: {a} and {b}" for a, b, _ in plan.separate)
    return "\n".join(lines) or _refused(function)


def _expected(kind: str, expected: object) -> str:
    return f"{kind} {name_of(expected)}".rstrip() if kind in ("is", "type") else kind


def _remark(remark: Remark) -> str:
    ends = "".join(f"; {end.text}, line {end.line}" for end in remark.ends)
    return f"{remark.kind}, {remark.code}: {remark.sentence}, line {remark.line}{ends}"


SAID = "# said by "  # the first line of a file of which something else is asked than what becomes of its regions


def remarks(function: types.FunctionType) -> str:
    """What is said of a function's last region, or of the function: the outermost comes last. Or what the file's first
    line asks for: a finding of `xcs-lint`, a remark of `xcs-transform`, of the report that the function returns."""
    file = File(function.__code__.co_filename)
    first = file.read_text("utf-8").partition("\n")[0]
    if first.startswith(SAID):
        return _said(first.removeprefix(SAID), file, function)
    decided = _plans(function)
    return str(decided[-1][1].remark) if decided else f"{function.__name__}: missed: {_refused(function)}"


def _said(by: str, file: File, function: types.FunctionType) -> str:
    if by == "f.stats()":
        before, os.environ["XCS_STRICT"] = os.environ.get("XCS_STRICT", ""), ""
        try:
            return str(function().regions[-1]).strip(", ")
        finally:
            os.environ["XCS_STRICT"] = before
    with contextlib.redirect_stdout(io.StringIO()) as said:
        if by == "xcs-lint":
            xcs_lint(["--isolated", "--no-cache", "--select=ALL", "--format=concise", "--quiet", str(file)])
        else:
            xcs_transform(["--remarks", str(file)])
    return said.getvalue().strip().rpartition(f"{file.name}:")[2].strip()


def remark(function: types.FunctionType) -> str:
    """The code of that, for what becomes of regions."""
    decided = _plans(function)
    return decided[-1][1].remark.code if decided else _refused(function).partition(":")[0]


def emitted(function: types.FunctionType) -> str:
    """What `@jit` runs: the instrumented function, and the slice of each region that starts calls early."""
    code = original_code(function.__code__)
    try:
        made = emit(locate_code(code, function.__globals__), function.__globals__)
    except Bailout as bailout:
        return f"{bailout.code}: {bailout.what}"
    node = made.node
    parts = [ast.unparse(node).replace("'@xcs entry'", "ENTRY")]
    for region, plan in _plans(function):
        if plan.sites:
            parts.append(f"slice of region {region.number}:\n{compile_slice(plan).text.rstrip()}")
    return "\n\n".join(parts)


def _refused(function: types.FunctionType) -> str:
    try:
        emit(locate_code(original_code(function.__code__), function.__globals__), function.__globals__)
    except Bailout as bailout:
        return f"{bailout.code}: {REASONS[bailout.code].sentence(bailout.what)}"
    return "no region"


def _plans(function: types.FunctionType) -> list[tuple[RegionCode, Plan]]:
    code, module = original_code(function.__code__), function.__globals__
    try:
        regions = emit(locate_code(code, module), module).regions
    except Bailout:
        return []
    given, whole = _given(function), partial(lowered, code, module)
    found = []
    for region in regions:
        roots = {name: given[name] for name in region.values if name in given}
        found.append((region, make_plan(region, roots, module, code.co_name, File(code.co_filename).name, whole=whole)))
    return found


def _given(function: types.FunctionType) -> Mapping[str, object]:
    """The parameters' defaults, what shared variables hold, and the literals that the function assigns first."""
    code = function.__code__
    values = function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    given = dict(zip(names[len(names) - len(values) :], values, strict=True))
    given.update(function.__kwdefaults__ or {})
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):
            given[name] = cell.cell_contents
    for node in locate_code(original_code(code), function.__globals__).node.body:  # type: ignore[union-attr]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            with contextlib.suppress(ValueError):
                given.setdefault(node.targets[0].id, ast.literal_eval(node.value))
    return given


def _region(function: types.FunctionType) -> LinkedRegion | None:
    """The dependence graph of the first region, as it is written: no callee is open."""
    from xcs.analysis.domain.state import Frame
    from xcs.analysis.interpret import Interpreter

    code, module = original_code(function.__code__), function.__globals__
    try:
        first = emit(locate_code(code, module), module, headers=False).regions[-1]
    except Bailout:
        return None
    given = _given(function)
    roots = {name: given[name] for name in first.values if name in given}
    facts = Interpreter(roots)
    frame = Frame(code.co_name, File(code.co_filename).name, module, {}, {}, ())
    env = {name: facts.lift(value, Path("local", name)) for name, value in roots.items()}
    frame.breaks.append([])
    frame.continues.append([])
    facts.block(first.block, env, frame, top=True)
    return LinkedRegion.of(first.block, facts)


STAGES: dict[str, Callable[[types.FunctionType], str]] = {
    "lowering": lowering,
    "effects": effects,
    "dependences": dependences,
    "plans": plans,
    "remarks": remarks,
    "emitted": emitted,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.printing", description=__doc__)
    parser.add_argument("file", type=File)
    parser.add_argument("function", nargs="?", default="")
    asked = parser.parse_args()
    function = loaded(asked.file, asked.function)
    for name, printed in STAGES.items():
        print(f"-- {name}\n{printed(function)}\n")


if __name__ == "__main__":
    main()

__all__ = ["STAGES", "loaded", "remark"]

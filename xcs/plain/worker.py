"""What a worker does for one site of a loop: the needed statements of the loop's body, then the call.

for x in items:                       def call_model(x):
    if x is None: continue                if x is None:
    prompt = f"{x}?"                          return
    print(prompt)                         prompt = f"{x}?"
    out.append(model(prompt))             return model(prompt)
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from ..ir.nodes import For, If, Instr, Jump, Try, With, walk
from .futures import SubmittedCall, Work
from .ifs import negated, tested
from .mentions import leaves
from .submit import call_code, conditions_of, covered, expression_places, expression_submission, results, submit
from .tree import Change, Range, bound_in, inside, mentioned, swap


def carried(work: Work, site: SubmittedCall, needs: frozenset[int], live: frozenset[str]) -> bool:
    """Whether the slice needs something of an earlier iteration of a loop around it: a variable, or an object."""
    loops = [*([work.frame] if work.frame is not None else []), *site.path]
    for loop in loops:
        body = {n.id for n in walk(loop.body)}
        defined = {t for i in body for t in _targets(work, i)}
        names = live if loop is work.frame else work.region.closure(site.plan.node.id, loop.id)[1]
        if names & defined:
            return True
        for ident in needs & body:
            for effect in work.region.effects(ident):
                root = effect.loc.root if effect.loc is not None else None
                if (
                    effect.kind == "write"
                    and isinstance(root, tuple)
                    and root[0] not in body
                    and loop is not work.frame
                ):
                    return True
    return False


def _targets(work: Work, ident: int) -> tuple[str, ...]:
    node = work.region.nodes[ident]
    return node.targets if isinstance(node, Instr) else (node.target,) if isinstance(node, For) else ()


class Slicer:
    """Copies of the statements that one site needs, in their order."""

    def __init__(
        self, work: Work, site: SubmittedCall, needs: frozenset[int], changes: dict[cst.CSTNode, Change]
    ) -> None:
        self.work, self.site, self.needs, self.changes = work, site, needs, changes
        self.places: list[Range] = expression_places(work, site)
        self.home = work.tree.statement(site.call)
        self.ranges = {i: work.tree.of(work.region.nodes[i].span) for i in needs}

    def needed(self, node: cst.CSTNode) -> list[int]:
        place = self.work.tree.range(node)
        return [i for i, own in self.ranges.items() if inside(own, place)]

    def holds(self, node: cst.CSTNode) -> bool:
        return node is self.home or any(node is a for a in self.work.tree.ancestors(self.home))

    def block(self, statements: Sequence[cst.CSTNode]) -> tuple[list[cst.BaseStatement], bool]:
        """(the sliced statements, whether the call was reached)."""
        made: list[cst.BaseStatement] = []
        for statement in statements:
            if not self.holds(statement) and not self.needed(statement):
                continue
            match statement:
                case cst.SimpleStatementLine(body=body) | cst.SimpleStatementSuite(body=body):
                    for small in body:
                        if small is self.home:
                            return made, True
                        if self.needed(small):
                            made += self.small(small)
                case cst.If():
                    if statement is self.home:
                        return made, True
                    new, reached = self.branch(statement)
                    made += new
                    if reached:
                        return made, True
                case cst.For() if statement is self.home and self.in_header(statement):
                    return made, True
                case cst.For() if self.holds(statement) and statement is not self.home:
                    inner, reached = self.block(statement.body.body)
                    return made + inner, reached
                case cst.Try() if self.holds(statement) and self.in_body(statement):
                    inner, reached = self.block(statement.body.body)
                    return made + inner, reached  # a failure is raised again in its place, to the handlers there
                case cst.With() if self.holds(statement):
                    inner, reached = self.block(_lines(statement.body))
                    if not self.entered(statement):
                        return made + inner, reached
                    block = cst.IndentedBlock(self.ended(inner) if reached else inner)
                    new_with = swap(statement, self.changes).with_changes(body=block, leading_lines=[])
                    self.places += [self.work.tree.range(item) for item in statement.items]
                    return [*made, new_with], reached
                case cst.For() | cst.With() | cst.Try() | cst.While():
                    made.append(self.whole(statement))
                case _:
                    raise self.work.refuse(f"`{self.site.plan.node.text}(...)` in this statement", self.site.plan.node)
        return made, False

    def entered(self, statement: cst.With) -> bool:
        """Whether the call needs what a `with` block enters."""
        if statement.asynchronous is not None:
            raise self.work.refuse("an asynchronous `with` block", self.site.plan.node)
        places = [self.work.tree.range(item) for item in statement.items]
        region, needs = self.work.region, self.needs
        blocks = [n for n in region.nodes.values() if isinstance(n, With) and n.id in needs]
        here = [n for n in blocks if any(inside(self.ranges[n.id], p) for p in places)]
        return any(region.enters_file(n, needs) for n in here)

    def in_header(self, statement: cst.For) -> bool:
        """Whether the call makes what an inner loop goes through: once, before its first round."""
        return any(statement.iter is a for a in (self.site.call, *self.work.tree.ancestors(self.site.call)))

    def in_body(self, statement: cst.Try) -> bool:
        return any(statement.body is a for a in self.work.tree.ancestors(self.home))

    def small(self, small: cst.BaseSmallStatement) -> list[cst.BaseStatement]:
        match small:
            case cst.Continue():
                self.places.append(self.work.tree.range(small))
                return [cst.SimpleStatementLine([cst.Return()])]
            case cst.Break() | cst.Return():
                self.places.append(self.work.tree.range(small))
                return []
            case _:
                return [
                    self.whole(
                        cst.SimpleStatementLine([small.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]), small
                    )
                ]

    def whole(self, statement: cst.BaseStatement, original: cst.CSTNode | None = None) -> cst.BaseStatement:
        """A statement that is needed as a whole: whatever else is in it may only bind variables of the worker."""
        original = statement if original is None else original
        if isinstance(original, cst.BaseCompoundStatement) and leaves(original):
            raise self.work.refuse(f"`{self.site.plan.node.text}(...)` behind a jump", self.site.plan.node)
        self.harmless(original)
        return swap(statement, self.changes).with_changes(leading_lines=[])

    def harmless(self, original: cst.CSTNode) -> None:
        """Whether what else there is in a text may only bind variables of the worker."""
        place = self.work.tree.range(original)
        for ident, node in self.work.region.nodes.items():
            if ident in self.needs or not inside(self.work.tree.of(node.span), place):
                continue
            harmless = isinstance(node, Instr) and (
                node.op in ("copy", "unpack", "global", "cell", "build") or not self.work.region.effects(ident)
            )
            if isinstance(node, Instr | Jump | Try) and not harmless:
                raise self.work.refuse(
                    f"`{self.site.plan.node.text}(...)` because of line {node.span.line}", self.site.plan.node
                )
        self.places.append(place)

    def branch(self, statement: cst.If) -> tuple[list[cst.BaseStatement], bool]:
        """An `if`: both branches sliced; one that holds the call ends in it."""
        self.places.append(self.work.tree.range(statement.test))
        body, in_body = self.block(_lines(statement.body))
        other: list[cst.BaseStatement] = []
        in_other = False
        if statement.orelse is self.home:
            in_other = True
        elif isinstance(statement.orelse, cst.If):
            other, in_other = self.branch(statement.orelse)
        elif isinstance(statement.orelse, cst.Else):
            other, in_other = self.block(_lines(statement.orelse.body))
        test = self.work.one_line(swap(statement.test, self.changes) if self.changes else statement.test)
        if in_body:
            return [tested(self.work.tree, test, self.ended(body))], True
        if in_other:
            return [tested(self.work.tree, negated(test), self.ended(other))], True
        if not body and not other:
            names = bound_in(f"({self.work.one_line(statement.test)}\n)")
            if names.isdisjoint(t for i in self.needed(statement.test) for t in _targets(self.work, i)):
                return [], False
            self.harmless(statement.test)  # it binds what is read behind it
        made = self.work.tree.block(f"if {test}:", body or [cst.SimpleStatementLine([cst.Pass()])])
        if other:
            made = made.with_changes(orelse=cst.Else(cst.IndentedBlock(other)))
        return [made], False

    def ended(self, made: list[cst.BaseStatement]) -> list[cst.BaseStatement]:
        """With the call at the end, unless that is in a branch already."""
        return made if made and _returns(made[-1]) else [*made, self.returned()]

    def returned(self) -> cst.BaseStatement:
        conditions = " and ".join(f"({c})" for c in conditions_of(self.work, self.site, self.changes))
        call = call_code(self.work, self.site, self.changes)
        return self.work.tree.parse(f"return {call} if {conditions} else None" if conditions else f"return {call}")


def _lines(body: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    return [body] if isinstance(body, cst.SimpleStatementSuite) else body.body


def worker(work: Work, site: SubmittedCall, body: Sequence[cst.CSTNode], unpack: tuple[str, str] | None) -> str:
    """The submission of a site of a loop; a function for it is added to `work.workers` where an expression won't do.

    unpack: (name, targets) where the worker is to take an item apart.
    """
    assert work.frame is not None
    needs, live = work.region.closure(site.plan.node.id, work.frame.id)
    needs -= {work.frame.id}
    if carried(work, site, needs, live):
        raise work.refuse(f"`{site.plan.node.text}(...)`, whose arguments depend on earlier iterations", site.plan.node)
    changes = results(work, site, needs)
    slicer = Slicer(work, site, needs, changes)
    made, reached = slicer.block(body)
    if not reached:
        raise work.refuse(f"the place of `{site.plan.node.text}(...)`", site.plan.node)
    loop = work.loop(work.frame)
    slicer.places.append(work.tree.range(loop.target))
    covered(work, site, needs, slicer.places)
    allowed = bound_in(f"for {work.one_line(loop.target)} in (): pass")
    for node in site.path:
        allowed |= bound_in(f"for {work.one_line(work.loop(node).target)} in (): pass")
    if not made and (
        unpack is None or not (set(work.parameters(f"({work.one_line(site.call)}\n)")) & bound_in(f"{unpack[1]} = 0"))
    ):
        names = set(work.parameters(f"({call_code(work, site, {})}\n)"))
        if names - allowed - bound_in(f"({call_code(work, site, {})}\n)"):
            raise work.refuse(
                f"`{site.plan.node.text}(...)`, whose arguments depend on what is computed", site.plan.node
            )
        return expression_submission(work, site, changes)
    made = slicer.ended(made)
    if unpack is not None:
        made.insert(0, work.apart(unpack[1], unpack[0], made))
    code = work.tree.code(*made)
    futures = {work.sites[i].future for i in site.prior}
    names = set(work.parameters(code))
    if names - allowed or "super" in _free(code):
        raise work.refuse(f"`{site.plan.node.text}(...)`, whose arguments depend on what is computed", site.plan.node)
    names |= allowed & mentioned(code)
    if unpack is not None:
        names = names - bound_in(f"{unpack[1]} = 0") | {unpack[0]}
    parameters = ", ".join([*sorted(names), *sorted(futures)])
    simple = site.plan.node.text if site.plan.node.text.isidentifier() else site.plan.node.text.rpartition(".")[2]
    name = work.name(f"call_{simple}" if simple.isidentifier() else "call")
    work.workers.append(work.tree.block(f"def {name}({parameters}):", made))
    return submit(work, name, parameters)


def _free(code: str) -> set[str]:
    from .tree import free_names

    return free_names(code)


def _returns(statement: cst.BaseStatement) -> bool:
    """Whether an `if` or `with` ends in the call: nothing else in a slice returns a value."""
    if not isinstance(statement, cst.If | cst.With):
        return False
    last = statement.body.body[-1]
    if isinstance(last, cst.SimpleStatementLine):
        return isinstance(last.body[0], cst.Return) and last.body[0].value is not None
    return isinstance(last, cst.BaseStatement) and _returns(last)


__all__ = ["If", "Slicer", "carried", "worker"]

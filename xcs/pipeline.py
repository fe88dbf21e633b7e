"""The stages, in the order in which they run: what each takes and returns, and the function that does it.

A stage that can't go on raises a `Bailout`, whose reason becomes the remark. `tests/test_pipeline.py` runs programs and
asks whether these functions were called in this order, and whether their types are those that stand here.

    @jit                 AT_DECORATION, once; then at each entry of a region AT_ENTRY, and IN_THE_REGION
    xcs-transform        OF_A_FILE; xcs-lint the same, for functions in which `survey.loops:survey` finds something
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Stage(NamedTuple):
    """`function`: its module below `xcs`, and its name in there; `gives`: as it is annotated."""

    function: str
    gives: str
    does: str


AT_DECORATION: Final = (
    Stage("front.source:locate_code", "Source", "finds the text of the function, and proves that it is its code's"),
    Stage("emit.entry_tests:emit", "Emitted", "finds the regions; for each, in turn:"),
    Stage("emit.instrument:Instrumenter.visit", "Any", "  numbers its sites and loops, writes takes in their place"),
    Stage("front.lower:lower_statements", "Block", "  lowers it"),
    Stage("emit.assemble:assemble", "types.CodeType", "compiles it on the function's file, lines and cells"),
    Stage("emit.assemble:function_on", "types.FunctionType", "makes the function that `@jit` gives back"),
)
AT_ENTRY: Final = (
    Stage("entry.entering:enter", "object", "an entry: a region, or None, which runs the statements as they are"),
    Stage("entry.verdicts:Verdicts.find", "Decision | None", "a verdict whose guards hold is used again; else:"),
    Stage("entry.allowance:may_take", "Meter | None", "  may anything here wait? how long may deciding take?"),
    Stage("plan.plan:make_plan", "Plan", "  decides; first with closed callees, then with open ones:"),
    Stage("plan.opening:Numbered.of", "Numbered", "    says which nodes are sites and loops"),
    Stage("analysis.interpret:Interpreter.block", "Env | None", "    interprets on what the variables hold now: facts"),
    Stage("analysis.dependence:LinkedRegion.of", "LinkedRegion", "    links: chains, effects, dependences"),
    Stage("plan.sites:choose_sites", "Chosen", "    chooses the calls that start early:"),
    Stage("plan.legality:call_obstacle", "Bailout | None", "      may it at all?"),
    Stage("plan.legality:slice_obstacle", "Bailout | None", "      may what it needs, and what it is moved across?"),
    Stage("plan.profitability:overlapping", "bool", "    does it pay?"),
    Stage("emit.slices:compile_slice", "Compiled", "  compiles the slice"),
    Stage("entry.entering:of_items", "list[Callable[[object], bool] | None]", "what is asked of each element"),
    Stage("entry.entering:activation", "Region", "makes the region, with its slice"),
)
IN_THE_REGION: Final = (
    Stage("runtime.region:Region.pump", "None", "lets the slice go on, within the window"),
    Stage("runtime.ahead:Ahead.start", "None", "the slice starts a call"),
    Stage("runtime.region:Region.items", "Iterable[Any]", "the program's loop begins"),
    Stage("runtime.region:Region.take", "Callable[[], Any]", "the program comes to the call's place:"),
    Stage("runtime.region:Region.answer", "Callable[[], Any] | None", "  what was started early, or a call in place"),
    Stage("runtime.region:Region.close", "None", "ends what was not taken, and counts"),
)
OF_A_FILE: Final = (
    Stage("static.plans:plan_file", "list[FunctionPlan]", "makes a world of the text; each function:"),
    Stage("static.plans:observe", "None", "  what its functions are given by the calls in the text"),
    Stage("static.plans:plan_function", "FunctionPlan", "  the same stages, with what the text says of its names:"),
    Stage("emit.entry_tests:emit", "Emitted", "  regions and sites"),
    Stage("plan.plan:make_plan", "Plan", "  decides"),
    Stage("plain.rewrite:rewrite", "Rewritten", "prints the plain form"),
)
PIPELINE: Final = {
    "decoration": AT_DECORATION, "entry": AT_ENTRY, "region": IN_THE_REGION, "file": OF_A_FILE,
}  # fmt: skip


if __name__ == "__main__":
    for phase, stages in PIPELINE.items():
        print(f"-- {phase}")
        for stage in stages:
            print(f"{stage.does:<64} {stage.function} -> {stage.gives}")

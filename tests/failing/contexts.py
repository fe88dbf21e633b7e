"""Where something fails, and how its handler goes on: PRE stands for what comes before, FAIL for what fails."""

CONTEXTS: dict[str, str] = {
    "flag_list": """
def subject(items):
    rows, failed = [], []
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            failed.append(x)
        if len(failed) < 1:
            rows.append(model([x, 1]))
    return rows
""",
    "flag_dict": """
def subject(items):
    rows, state = [], {"n": 0}
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            state["n"] += 1
            continue
        if state["n"] < 1:
            rows.append(model([x, 1]))
    return rows
""",
    "flag_attr": """
class State: pass
@jit
def subject(items):
    rows, state = [], State()
    state.n = 0
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            state.n += 1
        if state.n < 1:
            rows.append(model([x, state.n]))
    return rows
""",
    "flag_global": """
N = 0
@jit
def subject(items):
    global N
    rows = []
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            N += 1
        if N < 1:
            rows.append(model([x, 1]))
    return rows
""",
    "flag_cell": """
def subject(items):
    rows = []
    count = 0
    def note():
        nonlocal count
        count += 1
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            note()
        if count < 1:
            rows.append(model([x, 1]))
    return rows
""",
    "count": """
def subject(items):
    rows, count = [], 0
    for x in items:
        PRE
        try:
            FAIL
            count += 1
        except CAUGHT:
            count += 10
            continue
        rows.append(model([x, count]))
    return rows
""",
    "count_outer": """
def subject(items):
    rows, count = [], 0
    for o in ["m", "n"]:
        rows.append(model([o, count]))
        for x in items:
            PRE
            try:
                FAIL
            except CAUGHT:
                count += 10
                continue
            rows.append(model([o, x]))
    return rows
""",
    "after": """
def subject(items):
    rows, count = [], 0
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            count = 1
            continue
        rows.append(model([x, 1]))
    rows.append(model([count, 2]))
    return rows
""",
    "exception_name": """
def subject(items):
    rows, last = [], None
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT as error:
            last = type(error).__name__
            continue
        rows.append(model([x, last]))
    return rows
""",
    "tuple": """
def subject(items):
    rows, first, other = [], 0, 0
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            first, other = other + 1, first
        rows.append(model([x, first, other]))
    return rows
""",
    "half": """
def subject(items):
    rows, first = [], 0
    for x in items:
        PRE
        first += 1
        try:
            first += 1
            FAIL
            first += 1
        except CAUGHT:
            pass
        rows.append(model([x, first]))
    return rows
""",
    "half_list": """
def subject(items):
    rows = []
    for x in items:
        PRE
        parts = [x]
        try:
            parts.append(1)
            FAIL
            parts.append(2)
        except CAUGHT:
            pass
        rows.append(model(parts))
    return rows
""",
    "half_cont": """
def subject(items):
    rows, first = [], 0
    for x in items:
        PRE
        try:
            first += 1
            FAIL
            first += 1
        except CAUGHT:
            continue
        rows.append(model([x, first]))
    return rows
""",
    "half_cont_list": """
def subject(items):
    rows, parts = [], []
    for x in items:
        PRE
        try:
            parts.append(x)
            FAIL
            parts.append(2)
        except CAUGHT:
            continue
        rows.append(model(list(parts)))
    return rows
""",
    "finally_count": """
def subject(items):
    rows, count = [], 0
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            continue
        finally:
            count += 1
        rows.append(model([x, count]))
    return rows
""",
    "else_count": """
def subject(items):
    rows, count = [], 0
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            pass
        else:
            count += 1
        rows.append(model([x, count]))
    return rows
""",
    "callee_flag": """
def one(x, count):
    PRE
    try:
        FAIL
    except CAUGHT:
        return count + 1
    return count
@jit
def subject(items):
    rows, count = [], 0
    for x in items:
        count = one(x, count)
        rows.append(model([x, count]))
    return rows
""",
    "callee_skips": """
def one(x):
    PRE
    try:
        FAIL
        return model([x, 1])
    except CAUGHT:
        return None
@jit
def subject(items):
    rows = []
    for x in items:
        got = one(x)
        if got is None:
            break
        rows.append(model([x, 2]))
    return rows
""",
    "with_suppress_count": """
def subject(items):
    rows, count = [], 0
    for x in items:
        PRE
        with contextlib.suppress(CAUGHT):
            count += 1
            FAIL
            count += 1
        rows.append(model([x, count]))
    return rows
""",
    "genloop": """
def feed(items):
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            return
        yield x
@jit
def subject(items):
    return [model([x, 1]) for x in feed(items)]
""",
    "genskip": """
def feed(items):
    count = 0
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            count += 1
            continue
        yield x, count
@jit
def subject(items):
    return [model([x, count]) for x, count in feed(items)]
""",
    "cont_in_try": """
def subject(items):
    rows = []
    for x in items:
        PRE
        try:
            FAIL
            rows.append(model([x, 1]))
        except CAUGHT:
            continue
        rows.append(model([x, 2]))
    return rows
""",
    "break_in_try": """
def subject(items):
    rows = []
    for x in items:
        PRE
        try:
            FAIL
            rows.append(model([x, 1]))
        except CAUGHT:
            break
    return rows
""",
    "return_in_try": """
def subject(items):
    rows = []
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            return rows
        rows.append(model([x, 1]))
    return rows
""",
    "outer_break": """
def subject(items):
    rows = []
    for o in ["m", "n"]:
        for x in items:
            PRE
            try:
                FAIL
            except CAUGHT:
                break
            rows.append(model([o, x]))
        rows.append(model([o, "end"]))
    return rows
""",
    "outer_try": """
def subject(items):
    rows = []
    for o in ["m", "n"]:
        try:
            for x in items:
                PRE
                FAIL
                rows.append(model([o, x]))
        except CAUGHT:
            continue
        rows.append(model([o, "end"]))
    return rows
""",
    "outer_try_break": """
def subject(items):
    rows = []
    for o in ["m", "n"]:
        try:
            for x in items:
                PRE
                FAIL
                rows.append(model([o, x]))
        except CAUGHT:
            break
        rows.append(model([o, "end"]))
    return rows
""",
    "inner_other": """
def subject(items):
    rows = []
    for o in ["m", "n"]:
        try:
            for x in items:
                PRE
                try:
                    FAIL
                except ZeroDivisionError:
                    continue
                rows.append(model([o, x]))
        except CAUGHT:
            continue
        rows.append(model([o, "end"]))
    return rows
""",
    "callee_return": """
def one(x, rows):
    PRE
    try:
        FAIL
    except CAUGHT:
        return "bad"
    rows.append(model([x, 1]))
    return model([x, 2])
@jit
def subject(items):
    rows = []
    for x in items:
        rows.append(one(x, rows))
    return rows
""",
    "callee_raise": """
def one(x, rows):
    PRE
    FAIL
    rows.append(model([x, 1]))
    return model([x, 2])
@jit
def subject(items):
    rows = []
    for x in items:
        try:
            rows.append(one(x, rows))
        except CAUGHT:
            continue
        rows.append(model([x, 3]))
    return rows
""",
    "else": """
def subject(items):
    rows = []
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            rows.append(x)
        else:
            rows.append(model([x, 1]))
    return rows
""",
    "flag": """
def subject(items):
    rows = []
    ok = True
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            ok = False
        if ok:
            rows.append(model([x, 1]))
    return rows
""",
    "finally_cont": """
def subject(items):
    rows = []
    for x in items:
        PRE
        done = False
        try:
            FAIL
            done = True
        finally:
            if not done:
                continue
        rows.append(model([x, 1]))
    return rows
""",
    "suppress": """
def subject(items):
    rows = []
    for x in items:
        PRE
        with contextlib.suppress(CAUGHT):
            FAIL
            rows.append(model([x, 1]))
    return rows
""",
    "suppress_flag": """
def subject(items):
    rows = []
    for x in items:
        PRE
        done = False
        with contextlib.suppress(CAUGHT):
            FAIL
            done = True
        if done:
            rows.append(model([x, 1]))
    return rows
""",
    "value": """
def subject(items):
    rows = []
    for x in items:
        PRE
        v = 1
        try:
            FAIL
            v = 2
        except CAUGHT:
            pass
        rows.append(model([x, v]))
    return rows
""",
    "chain": """
def subject(items):
    rows = []
    for x in items:
        PRE
        first = model([x, 0])
        try:
            FAIL
        except CAUGHT:
            continue
        rows.append(model([first, 1]))
    return rows
""",
    "chain_break": """
def subject(items):
    rows = []
    for x in items:
        PRE
        first = model([x, 0])
        try:
            FAIL
        except CAUGHT:
            break
        rows.append(model([first, 1]))
    return rows
""",
    "retry": """
def subject(items):
    rows = []
    for x in items:
        for turn in range(3):
            PRE
            try:
                FAIL
                rows.append(model([x, turn]))
                break
            except CAUGHT:
                if turn == 1:
                    break
        else:
            rows.append(model([x, "never"]))
    return rows
""",
    "while": """
def subject(items):
    rows = []
    index = 0
    while index < len(items):
        x = items[index]
        index += 1
        PRE
        try:
            FAIL
        except CAUGHT:
            index += 1
            continue
        rows.append(model([x, index]))
    return rows
""",
    "reraise": """
def subject(items):
    rows = []
    for x in items:
        PRE
        try:
            try:
                FAIL
            except CAUGHT as error:
                raise RuntimeError(x) from error
        except RuntimeError:
            break
        rows.append(model([x, 1]))
    return rows
""",
    "two_handlers": """
def subject(items):
    rows = []
    for x in items:
        PRE
        try:
            FAIL
        except ZeroDivisionError:
            break
        except CAUGHT:
            continue
        rows.append(model([x, 1]))
    return rows
""",
    "after_loop": """
def subject(items):
    rows = []
    for x in items:
        PRE
        try:
            FAIL
        except CAUGHT:
            return rows
    for x in items:
        rows.append(model([x, 1]))
    return rows
""",
    "comp_after": """
def subject(items):
    rows = []
    try:
        for x in items:
            PRE
            FAIL
    except CAUGHT:
        return rows
    return [model([x, 1]) for x in items]
""",
    "comp_in_try": """
def subject(items):
    rows = []
    for x in items:
        PRE
        try:
            FAIL
            rows += [model([x, turn]) for turn in range(2)]
        except CAUGHT:
            break
    return rows
""",
}

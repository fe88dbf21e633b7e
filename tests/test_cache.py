"""The on-disk cache: a second process makes nothing again, and nobody can tell by anything but the clock.

Each program runs in processes of its own, from a folder of its own, as Python runs it there by default. What
keeps, finds and drops the files is the same on every Python and tested on one; what is kept differs.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import stat
import subprocess
import sys
import textwrap
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_fixtures import CASES
from xcs.emit.entry_tests import emit
from xcs.front.lower import lower_function
from xcs.front.source import built_in, locate_code
from xcs.ir.nodes import Block, FunctionIR, Instr, walk
from xcs.ir.packed import pack_function, pack_numbers, pack_regions, unpack_function, unpack_numbers, unpack_regions
from xcs.remarks import Bailout

ROOT = Path(__file__).parent.parent

BELOW = '''
import re
import time

WORDS = re.compile("[a-z]+")


def model(text, *, limit=20):
    """What waits."""
    time.sleep(0.001)
    if text == "bad":
        raise ValueError(text)
    return clean(text)[:limit]


def clean(text):
    words = sorted(set(WORDS.findall(text)), key=lambda word: (len(word), -len(word.strip("x")), word))
    try:
        first, *rest = words
    except ValueError:
        return ""
    return " ".join([first.upper(), *(w for w in rest if w not in {"of", "the", "a"})])


def told(text, tries=2):
    """Prints, so it runs in place, and what it calls early."""
    for number in range(tries):
        try:
            answer = model(text)
            break
        except ValueError as error:
            print("again", number, error)
            answer = None
    print("told", text, "->", answer)
    return answer


class Base:
    def ask(self, text):
        return model(text + self.ending)
'''

APP = '''
import functools
import traceback

from xcs import jit

import below
from below import model, told


@jit
def closed(texts):
    """A loop over a closed callee, and a region that is left alone."""
    story = ""
    for text in texts:
        story = model(story + text)
    answers = []
    for text in texts:
        answers.append(model(text))
        print("asked", text)
    return story, answers


@jit
def opened(texts):
    return [told(text) for text in texts]


def maker(prefix):
    @jit
    def made(texts):
        return list(map(lambda text: model(prefix + text), texts))

    return made


@jit
def twice(texts):
    return [model(text) for text in texts]


first = twice


@jit
def twice(texts):
    return [model(text + "x") for text in texts], [told(t) for t in texts]


class Derived(below.Base):
    __hidden = "zz"

    def __init__(self, ending):
        self.ending = ending

    @jit
    def all(self, texts):
        return [super(Derived, self).ask(text) for text in texts] + [self.__hidden] + [self.ask(t) for t in texts]


short, shorter = jit(lambda texts: [model(t) for t in texts]), jit(lambda texts: [model(t) for t in texts][:1])


@jit
def nothing(texts):
    return len(texts)


@jit
def failing(texts):
    done = []
    for text in texts:
        done.append(
            model(text) + model(  # a call over two lines
                text, limit=5))
    return done


def main():
    texts = ["the cat", "a dog", "", "of mice"]
    print(closed(texts), opened(texts), opened([*texts, "bad"]))
    print(maker("one ")(texts), maker("two ")(texts), first(texts), twice(texts))
    print(Derived("y").all(texts), short(texts), shorter(texts), nothing(texts), failing(texts))
    try:
        failing([*texts, "bad", "more"])
    except ValueError:
        traceback.print_exc()
    for function in (closed, opened, first, twice, Derived.all, short, nothing, failing):
        stats = function.stats()
        print(function.__qualname__, stats.calls, stats.tasks, stats.mispredictions, *stats.regions, sep="\\n  ")
        consts = function.__code__.co_consts
        print([c.co_qualname for c in consts if hasattr(c, "co_qualname")])
'''

# Counts what is called in xcs that makes things of texts.
COUNTING = """
import sys

MAKING = {"locate_code", "emit", "emit_with", "emit_variant", "assemble", "compile_as", "lower_function", "ast_parse"}
made = []


def profile(frame, event, argument):
    if event == "call" and frame.f_code.co_name in MAKING and "xcs" in frame.f_code.co_filename:
        made.append(frame.f_code.co_name)


from xcs import modes
from xcs.front import cache
modes.watched = lambda: False  # a profiled program runs as it is
cache.PATIENCE = 60.0  # all is written, however slow the machine
sys.setprofile(profile)
import app
app.main()
sys.setprofile(None)
print(sorted(set(made)), file=open("made.txt", "w"))
"""


# What is made, and what is told of it, depends on no clock: a process has time to give for all.
PATIENT = """
import sys
import xcs.entry.effort
import xcs.runtime.accounts as accounts
sys.modules["xcs.jit"].ADVANCE = xcs.entry.effort.FREE = xcs.entry.effort.EMITTED = 60.0
accounts.LOSSES = accounts.MUCH = accounts.FIRST = 60.0
"""


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    write(tmp_path, app=APP, below=BELOW)
    return tmp_path


def run(
    folder: Path, text: str = "import app; app.main()", *flags: str, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a text in the folder, where Python's own rules about byte code hold."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    done = subprocess.run(
        [sys.executable, *flags, "-c", PATIENT + textwrap.dedent(text)],
        cwd=folder, env={**inherited, "XCS_STRICT": "1", "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, timeout=120, input=given,
    )  # fmt: skip
    return done


def shown(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


def made(folder: Path, *flags: str, **environment: str) -> tuple[tuple[int, str, str], list[str]]:
    """What a run shows, and what it made instead of finding it."""
    done = run(folder, COUNTING, *flags, **environment)
    text = (folder / "made.txt").read_text()
    (folder / "made.txt").unlink()
    return shown(done), text.split()


def caches(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*-xcs.pyc"))


def test_a_second_process_makes_nothing(program: Path) -> None:
    cold, making = made(program)
    assert len(making) > 5
    assert [path.name.partition(".")[0] for path in caches(program)] == ["app", "below"]
    warm, making = made(program)
    assert making == ["[]"]
    assert warm == cold == shown(run(program)) and cold[0] == 0, cold


def test_it_shows_the_same_as_without(program: Path) -> None:
    for _ in range(2):
        run(program)
    warm = shown(run(program))
    assert caches(program)
    shutil.rmtree(program / "__pycache__")
    assert shown(run(program, PYTHONDONTWRITEBYTECODE="1")) == warm
    assert not caches(program)


@pytest.mark.once
def test_it_is_not_written_where_python_writes_none(program: Path) -> None:
    done = shown(run(program, "import app; app.main()", "-B"))
    assert not caches(program) and not list(program.rglob("__pycache__"))
    run(program)
    assert caches(program)
    before = [path.stat().st_mtime_ns for path in caches(program)]
    found, making = made(program, "-B")
    assert found == done and making == ["[]"]
    assert [path.stat().st_mtime_ns for path in caches(program)] == before


@pytest.mark.once
def test_it_follows_the_prefix(program: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("prefix")
    run(program, PYTHONPYCACHEPREFIX=str(elsewhere))
    assert len(caches(elsewhere)) == 2 and not caches(program)
    assert made(program, PYTHONPYCACHEPREFIX=str(elsewhere))[1] == ["[]"]


@pytest.mark.once
def test_a_script_alone_gets_no_folder(program: Path) -> None:
    (program / "below.py").unlink()
    script = "import time\nfrom xcs import jit\n\n\ndef ask(x):\n    time.sleep(0.001)\n    return x\n\n\n"
    script += "@jit\ndef work(xs):\n    return [ask(x) for x in xs]\n\n\nprint(work([1, 2]), work.stats().tasks)\n"
    write(program, app=script)
    text = "import runpy; runpy.run_path('app.py', run_name='__main__')"
    assert run(program, text).stdout == "[1, 2] 2\n"
    assert sorted(p.name for p in program.iterdir()) == ["app.py"]
    (program / "__pycache__").mkdir()
    text = f"import runpy; runpy.run_path({str(program / 'app.py')!r}, run_name='__main__')"
    assert run(program, text).stdout == run(program, text).stdout == "[1, 2] 2\n"
    assert len(caches(program)) == 1


@pytest.mark.once
def test_an_edited_source_is_made_anew(program: Path) -> None:
    run(program)
    below = program / "below.py"
    about = below.stat()
    write(program, below=BELOW.replace(".upper()", ".title()"))  # as long as before
    os.utime(below, ns=(about.st_atime_ns, about.st_mtime_ns + 2_000_000_000))
    edited, making = made(program)
    assert "-> Cat\n" in edited[1] and len(making) > 1
    assert made(program) == (edited, ["[]"])
    write(program, below=BELOW.replace("print(", "print(  "))  # other columns
    moved, making = made(program)
    assert len(making) > 1 and made(program) == (moved, ["[]"])


@pytest.mark.once
def test_another_optimization_has_its_own(program: Path) -> None:
    checked = APP.replace('    story = ""\n', '    story = ""\n    assert texts[0] == \'the cat\', "debug"\n')
    checked = checked.replace("def main():\n", "def main():\n    if __debug__:\n        print('debug')\n")
    write(program, app=checked)
    for _ in range(2):
        plain, optimized = shown(run(program)), shown(run(program, "import app; app.main()", "-O"))
        assert "debug" in plain[1] and "debug" not in optimized[1]
    assert len(caches(program)) == 4
    failing = "import app; print(app.closed(['a', 'b'])[1])"
    assert "AssertionError" in run(program, failing).stderr
    assert run(program, failing, "-O").stdout.endswith("['A', 'B']\n")


@pytest.mark.once
def test_a_name_that_means_something_else(program: Path) -> None:
    """Which calls are of built-in functions isn't in the text."""
    text = "import app, below, builtins\n{}\nprint(app.maker('x')(['a', 'b']))"
    plain = run(program, text.format("")).stdout
    replaced = text.format("app.list = lambda values: [v + '!' for v in values]")
    for _ in range(2):
        assert run(program, replaced).stdout == "['XA!', 'XB!']\n"
        assert run(program, text.format("")).stdout == plain == "['XA', 'XB']\n"


@pytest.mark.once
def test_a_replaced_callee_is_seen(program: Path) -> None:
    run(program)
    text = """
        import app, below
        def model(text, limit=3):
            print("another", text)
            return text
        below.model = app.model = model
        print(app.closed(["a", "b"]), app.opened(["c", "d"]))
        """
    found = run(program, text)
    assert found.stdout == shown(run(program, text, "-B", PYTHONPYCACHEPREFIX=str(program / "none")))[1]
    assert found.stdout.count("another") == 6


@pytest.mark.once
def test_a_broken_file_is_no_cache(program: Path) -> None:
    """Every length at which it may end, and bits that are wrong; a few of them in each process."""
    write(program, app=SMALL)
    cold = run(program, READ)
    (path,) = caches(program)
    whole = path.read_bytes()
    text = """
        import pathlib, random, sys
        sys.path.insert(0, {root!r})
        import app
        from xcs.front import cache
        path, whole = pathlib.Path({path!r}), pathlib.Path({path!r}).read_bytes()
        sys.dont_write_bytecode = True
        print(bool(cache._read(app.__file__, open(app.__file__, "rb").read())))
        dice = random.Random(7)
        broken = [whole[:length] for length in range(len(whole))] + [b"", whole + b"x"]
        for _ in range(2000):
            place = dice.randrange(len(whole))
            broken.append(whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1:])
        for data in broken:
            path.write_bytes(data)
            cache._files.clear()
            assert not cache._file(app.__file__).entries
        """
    done = run(program, text.format(root=str(ROOT), path=str(path)))
    assert shown(done) == (0, "True\n", "")
    for data in (whole[:-1], whole[:40], b"", whole[:-5] + b"12345", random.Random(1).randbytes(len(whole))):
        path.write_bytes(data)
        assert shown(run(program, READ)) == shown(cold)
        assert path.read_bytes() == whole or caches(program) == [path]


SMALL = """
import time
from xcs import jit


def ask(x):
    time.sleep(0.001)
    return x


@jit
def work(xs):
    return [ask(x) for x in xs]
"""
READ = "import app; print(app.work([1, 2, 3]), app.work.stats().tasks)"


@pytest.mark.once
def test_a_read_only_folder_is_no_error(program: Path) -> None:
    write(program, app=SMALL)
    folder = program / "__pycache__"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert shown(run(program, READ)) == (0, "[1, 2, 3] 3\n", "")
        if os.geteuid() != 0:
            assert not caches(program)
    finally:
        folder.chmod(0o755)


@pytest.mark.once
@pytest.mark.parametrize("obstacle", ["file", "folder", "link"])
def test_something_else_in_its_place_is_no_error(program: Path, obstacle: str) -> None:
    write(program, app=SMALL)
    run(program, READ)
    (path,) = caches(program)
    path.unlink()
    if obstacle == "folder":
        (path / "below").mkdir(parents=True)
    elif obstacle == "link":
        path.symlink_to(program / "nowhere" / "at_all")
    else:
        shutil.rmtree(program / "__pycache__")
        (program / "__pycache__").write_text("")
    for _ in range(2):
        assert shown(run(program, READ)) == (0, "[1, 2, 3] 3\n", "")


@pytest.mark.once
@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="gives a file to another user")
def test_a_file_of_somebody_else_is_not_read(program: Path) -> None:
    write(program, app=SMALL)
    run(program, READ)
    (path,) = caches(program)
    os.chown(path, 12345, 12345)
    write(program, look="import app; from xcs.front import cache; print(bool(cache._file(app.__file__).entries))")
    assert run(program, "import look", "-B").stdout == "False\n"
    os.chown(path, 0, 0)
    assert run(program, "import look", "-B").stdout == "True\n"


@pytest.mark.once
def test_writers_at_once_leave_a_whole_file(program: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    command = [sys.executable, "-c", f"{PATIENT}import app; app.main()"]
    several = [
        subprocess.Popen(
            command, cwd=program, env={**environment, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    outputs = {process.communicate(timeout=120) for process in several}
    assert len(outputs) == 1
    assert made(program)[1] == ["[]"]
    assert sorted(p.suffix for p in (program / "__pycache__").iterdir()) == [".pyc"] * 4


@pytest.mark.once
def test_texts_without_a_file_have_none(program: Path) -> None:
    text = f"""
        import linecache, sys
        text = {SMALL!r}
        for name in ("<text>", "/nowhere/at/all.py", "relative.py"):
            linecache.cache[name] = len(text), None, text.splitlines(True), name
            space = {{"__name__": "made"}}
            exec(compile(text, name, "exec"), space)
            print(space["work"]([1, 2]), space["work"].stats().tasks)
        from xcs.front import cache
        print(cache._noted)
        """
    assert shown(run(program, text)) == (0, "[1, 2] 2\n" * 3 + "{}\n", "")


def test_a_child_that_is_forked_may_write_too(program: Path) -> None:
    text = """
        import os, sys
        import app
        child = os.fork()
        os.write(1, f"{app.work([1, 2])}\\n".encode())
        if child:
            os.waitpid(child, 0)
        """
    write(program, app=SMALL)
    for _ in range(2):
        assert shown(run(program, text)) == (0, "[1, 2]\n[1, 2]\n", "")
    assert len(caches(program)) == 1


@pytest.mark.once
def test_a_change_of_xcs_counts(program: Path) -> None:
    """A copy of xcs in which one file is newer."""
    write(program, app=SMALL)
    shutil.copytree(ROOT / "xcs", program / "xcs", ignore=shutil.ignore_patterns("__pycache__"))
    home = {"PYTHONPATH": str(program)}
    read = READ + "; from xcs.front import cache; print(bool(cache._file(app.__file__).entries))"
    assert [run(program, read, **home).stdout.split()[-1] for _ in range(2)] == ["False", "True"]
    lowering = program / "xcs" / "front" / "lower" / "statements.py"
    lowering.write_text(lowering.read_text() + "\n")
    assert [run(program, read, **home).stdout.split()[-1] for _ in range(2)] == ["False", "True"]


@pytest.mark.once
def test_the_text_is_looked_up_again_where_a_region_is_dropped(program: Path) -> None:
    """Found in the cache, a function has no tree: code without one of its regions needs one."""
    write(program, app=CHAINED)
    fresh = run(program, "import app; print(app.work(['a', 'b'], 0))")
    assert fresh.stdout == "('', ['A', 'B'])\n"
    chained = """
        import app
        print({str(app.work(["a", "b"], 1)) for _ in range(2048)}, app.work.stats().regions)
        print(len(app.work.__code__.co_code) < before)
        """
    before = "import app\nfrom xcs.entry import code_state, rest\n"
    before += "code_state.LATE, rest.SHORTEST = 1024, 600.0\n"  # whatever the time that it takes
    before += "before = len(app.work.__code__.co_code)\n"
    chained = before + textwrap.dedent(chained)
    warm = [shown(run(program, chained)) for _ in range(2)]
    assert warm[0][1].startswith("{\"('AB', [])\"} (") and warm[0][1].endswith("True\n")
    look = "import app; from xcs.front import cache; print([*cache._file(app.__file__).entries.values()])"
    assert "'without'" in run(program, look).stdout
    shutil.rmtree(program / "__pycache__")
    assert shown(run(program, chained)) == warm[0] == warm[1]


CHAINED = """
import time
from xcs import jit


def ask(x):
    time.sleep(1e-6)
    return x.upper()


@jit
def work(xs, chained):
    story = ""
    if chained:
        for x in xs:
            story = ask(story + x)
        return story, []
    return story, [ask(x) for x in xs]
"""


@pytest.mark.once
def test_files_of_the_program_stay_its_own(program: Path) -> None:
    """A program that watches how files are opened sees none of it, but for the reading of a source."""
    write(program, app=SMALL)
    text = """
        import builtins, os, sys
        import app
        opened = []
        real = builtins.open, os.stat, os.listdir
        builtins.open = lambda *a, **k: (opened.append(a), real[0](*a, **k))[1]
        os.listdir = lambda *a: (opened.append(a), real[2](*a))[1]
        from xcs import jit
        print(jit(app.other)([1, 2]), app.work([3, 4]))
        print([a for a in opened if "pyc" in str(a)])
        """
    write(program, app=SMALL + "\n\ndef other(xs):\n    return [ask(x) for x in xs]\n")
    for _ in range(2):
        assert shown(run(program, text)) == (0, "[1, 2] [3, 4]\n[]\n", "")


def test_fixtures_behave_the_same_from_the_cache(tmp_path: Path) -> None:
    """Some of them, in two processes; running `test_fixtures` twice with PYTHONPYCACHEPREFIX does so with all.

    Of attacks, which remark is the first of several may differ from process to process.
    """
    chosen = [
        *[path for path in CASES if path.parent.name != "attack"][::15],
        ROOT / "fixtures" / "attack" / "constants_of_the_file.py",
    ]
    text = """
        import pathlib, sys, tests.unhurried
        from tests.observe import observe
        from xcs.front import cache
        tests.unhurried.unaccounted()
        for path in map(pathlib.Path, sys.stdin.read().split()):
            plain, run = observe(path, plain=True), observe(path, plain=False)
            assert run.observation == plain.observation and run.mispredictions == 0, path
            print(path.stem, run.tasks > 0, *run.remarks)
        print(sum(file is not None and bool(file.entries) for file in cache._files.values()), file=sys.stderr)
        """
    given = "\n".join(map(str, chosen))
    cold, warm = (run(ROOT, text, given=given, PYTHONPYCACHEPREFIX=str(tmp_path)) for _ in range(2))
    assert (cold.returncode, cold.stderr) == (0, "0\n")
    assert warm.returncode == 0 and int(warm.stderr) > len(chosen) / 2, warm.stderr
    assert warm.stdout == cold.stdout


# -- what is written


def functions(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            if constant.co_flags & 2 and constant.co_name[0] != "<":  # optimized: a function
                yield constant
            yield from functions(constant)


def lambdas(block: Block) -> list[str]:
    """The texts in a function's IR, which comparing leaves out."""
    built = [n.payload[0] for n in walk(block) if isinstance(n, Instr) and isinstance(n.payload, tuple) and n.payload]
    inner = [ir for ir in built if isinstance(ir, FunctionIR)]
    own = [ast.dump(ir.node, include_attributes=True) for ir in inner if ir.node is not None]
    return own + [text for ir in inner for text in lambdas(ir.body)]


@pytest.mark.parametrize(
    "name", ["argparse", "ast", "collections.__init__", "difflib", "inspect", "statistics", "typing"]
)
def test_what_is_read_is_what_was_written(name: str) -> None:
    path = Path(ast.__file__).parent / f"{name.replace('.', '/')}.py"
    count = 0
    for code in functions(compile(path.read_bytes(), str(path), "exec", dont_inherit=True)):
        try:
            source = locate_code(code, {})
        except Bailout:
            continue
        means = built_in(code, {})
        ir = lower_function(source.node, str(path), frozenset(code.co_freevars), means)
        again = unpack_function(pack_function(ir))
        assert again == ir and sorted(repr(again)) == sorted(repr(ir))  # also 1 and True; sets have any order
        assert lambdas(again.body) == lambdas(ir.body)
        count += 1
        try:
            regions = emit(source, {}).regions
        except Bailout:
            continue
        found = unpack_regions(pack_regions(regions))
        assert found == regions and sorted(repr(found)) == sorted(repr(regions))
        for region in regions:
            assert unpack_numbers(pack_numbers(region.sites, region.loops)) == (region.sites, region.loops)
    assert count > 20

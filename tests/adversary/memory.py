"""Places in memory, with ways to read and to change each: through every alias that Python offers.

In the templates `@` is the number of the instance: a hazard writes the instance that the slow callee reads, its
harmless twin another one. `n` is the amount of a write. Writes are statements of module-level functions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Definitions, expressions that read an integer there, and statements that change it."""

    name: str
    define: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


PLACES = (
    Place(
        "global",
        "LEVEL@ = 1",
        ("LEVEL@", "ME.LEVEL@", "getattr(ME, 'LEVEL@')", "(lambda: LEVEL@)()"),
        (
            "global LEVEL@; LEVEL@ += n",
            "ME.LEVEL@ += n",
            "setattr(ME, 'LEVEL@', LEVEL@ + n)",
            "globals()['LEVEL@'] += n",
            "vars(ME)['LEVEL@'] += n",
            "globals().update(LEVEL@=LEVEL@ + n)",
        ),
    ),
    Place(
        "dictionary",
        "TABLE@ = {'k': 1, 'j': 2}\nALIAS@ = {'table': TABLE@}\nVALUES@ = TABLE@.values()",
        (
            "TABLE@['k']",
            "TABLE@.get('k', 0)",
            "sum(TABLE@.values())",
            "ALIAS@['table']['k']",
            "sum(VALUES@)",
            "max(v for v in TABLE@.values())",
            "dict(TABLE@)['k']",
            "[v for k, v in TABLE@.items() if k == 'k'][0]",
            "{**TABLE@}['k']",
            "len(str(TABLE@))",
        ),
        (
            "TABLE@['k'] += n",
            "TABLE@.update(k=TABLE@['k'] + n)",
            "ALIAS@['table']['k'] += n",
            "TABLE@.__setitem__('k', TABLE@['k'] + n)",
            "TABLE@['k'] = TABLE@.pop('k') + n",
            "update = TABLE@.update; update({'k': TABLE@['k'] + n})",
            "for key in list(TABLE@): TABLE@[key] += n",
            "dict.update(TABLE@, k=TABLE@['k'] + n)",
        ),
    ),
    Place(
        "list",
        "CELL@ = [1, 2]\nHOLDER@ = (CELL@, 'x')\nAPPEND@ = CELL@.append",
        (
            "CELL@[0]",
            "CELL@[-1]",
            "sum(CELL@)",
            "len(CELL@)",
            "HOLDER@[0][0]",
            "CELL@[:][0]",
            "list(CELL@)[-1]",
            "(CELL@ + [0])[0]",
            "next(iter(CELL@))",
            "max(CELL@)",
            "[*CELL@][0]",
            "sorted(CELL@)[-1]",
            "CELL@.index(max(CELL@))",
        ),
        (
            "CELL@[0] += n",
            "CELL@[:] = [c + n for c in CELL@]",
            "CELL@.append(CELL@[-1] + n); CELL@[0] += 1",
            "HOLDER@[0][0] += n",
            "APPEND@(n); CELL@[0] += n",
            "CELL@.insert(0, CELL@[0] + n)",
            "CELL@.reverse(); CELL@[0] += n",
            "cell = CELL@; cell += [n]; cell[0] += n",
            "CELL@.extend([n, n]); CELL@.sort(reverse=True)",
            "(lambda cell: cell.insert(0, n))(CELL@)",
        ),
    ),
    Place(
        "attribute",
        "class Box@:\n    level = 0\n\n    def get(self):\n        return self.level\n\n"
        "    def bump(self, n):\n        self.level += n\n\n    @property\n    def twice(self):\n        return self.level * 2\n\n"
        "BOX@ = Box@()\nBOX@.level = 1\nBOXES@ = [BOX@]\nBUMP@ = BOX@.bump\nGET@ = BOX@.get",
        (
            "BOX@.level",
            "BOXES@[0].level",
            "BOX@.get()",
            "GET@()",
            "BOX@.twice",
            "getattr(BOX@, 'level')",
            "(lambda box: box.level)(BOX@)",
            "Box@.get(BOX@)",
            "[b.level for b in BOXES@][0]",
            "vars(BOX@)['level']",
        ),
        (
            "BOX@.level += n",
            "BOXES@[0].level += n",
            "BOX@.bump(n)",
            "BUMP@(n)",
            "Box@.bump(BOX@, n)",
            "setattr(BOX@, 'level', BOX@.level + n)",
            "vars(BOX@)['level'] += n",
            "BOX@.__dict__.update(level=BOX@.level + n)",
            "for box in BOXES@: box.level += n",
            "for box in set(BOXES@): box.level += n",
        ),
    ),
    Place(
        "class attribute",
        "class Base@:\n    level = 1\n\n    @classmethod\n    def raise_by(cls, n):\n        Base@.level += n\n\n"
        "    @classmethod\n    def now(cls):\n        return cls.level\n\n    def here(self):\n        return self.level\n\n\n"
        "class Derived@(Base@):\n    def up(self):\n        return super().here()\n\n\nOBJ@ = Derived@()",
        (
            "Base@.level",
            "Derived@.level",
            "OBJ@.level",
            "Derived@.now()",
            "OBJ@.here()",
            "OBJ@.up()",
            "type(OBJ@).level",
            "OBJ@.__class__.level",
            "getattr(Derived@, 'level')",
            "Base@().level",
        ),
        (
            "Base@.level += n",
            "Derived@.raise_by(n)",
            "OBJ@.raise_by(n)",
            "setattr(Base@, 'level', Base@.level + n)",
            "type(OBJ@).__mro__[1].level += n",
            "base = Derived@.__base__; base.level += n",
            "Derived@.level = Base@.level + n; Base@.level += n",
        ),
    ),
    Place(
        "function attribute",
        "def tally@():\n    return tally@.level\n\n\ntally@.level = 1",
        ("tally@.level", "tally@()", "getattr(tally@, 'level')"),
        ("tally@.level += n", "setattr(tally@, 'level', tally@.level + n)", "tally@.__dict__['level'] += n"),
    ),
    Place(
        "slot",
        "class Slotted@:\n    __slots__ = ('level', 'below')\n\n    def __init__(self, level, below=None):\n"
        "        self.level, self.below = level, below\n\n    def total(self):\n"
        "        return self.level + (self.below.total() if self.below is not None else 0)\n\n\n"
        "INNER@ = Slotted@(1)\nOUTER@ = Slotted@(5, INNER@)",
        ("INNER@.level", "OUTER@.below.level", "OUTER@.total()", "INNER@.total()"),
        ("INNER@.level += n", "OUTER@.below.level += n", "Slotted@.level.__set__(INNER@, INNER@.level + n)"),
    ),
    Place(
        "cell",
        "def make@():\n    level = 1\n\n    def get():\n        return level\n\n"
        "    def put(n):\n        nonlocal level\n        level += n\n\n    return get, put\n\n\nget@, put@ = make@()\nPUT@ = [put@]",
        ("get@()", "get@.__closure__[0].cell_contents", "(lambda f: f())(get@)"),
        (
            "put@(n)",
            "PUT@[0](n)",
            "functools.partial(put@, n)()",
            "(lambda: put@(n))()",
            "list(map(put@, [n]))",
            "get@.__closure__[0].cell_contents += n",
        ),
    ),
    Place(
        "default",
        "def grow@(n, state=[1]):\n    state[0] += n\n    return state[0]\n\n\nSTATE@ = grow@.__defaults__[0]",
        ("STATE@[0]", "grow@.__defaults__[0][0]", "(lambda state=STATE@: state[0])()"),
        ("grow@(n)", "STATE@[0] += n", "grow@.__defaults__[0][0] += n"),
    ),
    Place(
        "nested",
        "class Node@:\n    def __init__(self, level, inner=None):\n        self.level = level\n        self.inner = inner\n\n\n"
        "LEAF@ = Node@(1)\nROOT@ = Node@(7, Node@(8, LEAF@))\nINDEX@ = {'root': [ROOT@], 'leaf': [LEAF@]}",
        ("ROOT@.inner.inner.level", "LEAF@.level", "INDEX@['root'][0].inner.inner.level", "INDEX@['leaf'][0].level"),
        (
            "ROOT@.inner.inner.level += n",
            "LEAF@.level += n",
            "INDEX@['leaf'][0].level += n",
            "ROOT@.inner.inner = Node@(ROOT@.inner.inner.level + n); LEAF@.level += n",
            "leaf = INDEX@['root'][0].inner.inner; leaf.level += n",
            "ROOT@.inner = Node@(8, LEAF@); LEAF@.level += n",
        ),
    ),
    Place(
        "container",
        "RING@ = collections.deque([1, 2], maxlen=3)\nCOUNTS@ = collections.Counter(k=1)\nWAYS@ = collections.defaultdict(int)\n"
        "SEEN@ = set()\nORDER@ = collections.OrderedDict(k=1)",
        ("RING@[0] + RING@[-1]", "COUNTS@['k']", "len(WAYS@)", "len(SEEN@)", "sum(COUNTS@.values())", "list(ORDER@)[0].count('k')"),
        (
            "RING@.append(n); COUNTS@['k'] += n; WAYS@[RING@[0] + n]; SEEN@.add(len(SEEN@)); ORDER@[n] = n; ORDER@.move_to_end('k')",
            "RING@.rotate(1); COUNTS@.update('k'); WAYS@[len(WAYS@)] += n; SEEN@.update([-len(SEEN@)]); ORDER@.update({'k': n})",
            "RING@.extendleft([n]); COUNTS@.update({'k': n}); WAYS@.setdefault(len(WAYS@)); SEEN@.__ior__({len(SEEN@)}); ORDER@.popitem()",
        ),
    ),
    Place(
        "callable",
        "def plain@():\n    return 1\n\n\ndef other@():\n    return 2\n\n\nclass Way@:\n    def go(self):\n        return plain@()\n\n\n"
        "class Else@(Way@):\n    def go(self):\n        return 5\n\n\nWAY@ = Way@()\nTOOLS@ = {'go': plain@}\nSLOT@ = [plain@]\n"
        "WAY@.tool = plain@\nCURRENT@ = plain@",
        ("WAY@.go()", "TOOLS@['go']()", "SLOT@[0]()", "WAY@.tool()", "CURRENT@()", "plain@()"),
        (
            "WAY@.go = other@ if n % 2 else plain@; TOOLS@['go'] = SLOT@[0] = WAY@.tool = WAY@.go",
            "WAY@.__class__ = Else@; TOOLS@.update(go=other@); SLOT@.insert(0, other@); ME.CURRENT@ = other@; WAY@.tool = other@",
            "Way@.go = lambda self: 9; TOOLS@['go'] = other@; SLOT@.append(plain@); SLOT@.reverse(); SLOT@[0] = other@",
            "plain@.__code__ = other@.__code__",
            "global plain@, CURRENT@; plain@ = CURRENT@ = other@; WAY@.tool = SLOT@[0] = other@",
        ),
    ),
)

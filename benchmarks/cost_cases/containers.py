"""Dictionaries, graphs, trees and tables."""

from __future__ import annotations

import bisect
import collections
import copy
import heapq
import itertools
from collections.abc import Iterator
from typing import Any

from benchmarks.cost_cases import Cases

CASES = Cases()


def grid(n: int) -> tuple[Any, ...]:
    k = max(10, n // 5)
    return {i: [((i * 3 + j) % k, j + 1) for j in range(5)] for i in range(k)}, 0


@CASES.add(grid)
def shortest_paths(graph: dict[int, list[tuple[int, int]]], start: int) -> object:
    distance = {start: 0}
    heap = [(0, start)]
    while heap:
        here, node = heapq.heappop(heap)
        for other, weight in graph[node]:
            if here + weight < distance.get(other, 1 << 60):
                distance[other] = here + weight
                heapq.heappush(heap, (here + weight, other))
    return len(distance)


@CASES.add(grid)
def breadth_first(graph: dict[int, list[tuple[int, int]]], start: int) -> object:
    seen, queue = {start}, collections.deque([start])
    while queue:
        for other, _ in graph[queue.popleft()]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return len(seen)


def visit(graph: dict[int, list[tuple[int, int]]], node: int, seen: set[int], depth: int) -> int:
    if node in seen or depth > 200:
        return 0
    seen.add(node)
    return 1 + sum(visit(graph, other, seen, depth + 1) for other, _ in graph[node])


@CASES.add(grid, 10_000)
def depth_first(graph: dict[int, list[tuple[int, int]]], start: int) -> object:
    seen: set[int] = set()
    return visit(graph, start, seen, 0) + visit(graph, 1, seen, 0)


def get(cache: dict[int, int], key: int) -> int:
    if key in cache:
        return cache[key]
    return -key - 1


@CASES.add(lambda n: ({i: i for i in range(n)}, list(range(n))))
def looked_up(cache: dict[int, int], keys: list[int]) -> object:
    return sum([get(cache, key) for key in keys])


@CASES.add(lambda n: ([f"w{i % 97}" for i in range(n)],))
def counted(words: list[str]) -> object:
    counts: collections.Counter[str] = collections.Counter()
    for word in words:
        counts.update((word.upper(),))
    return counts.most_common(3)


@CASES.add(lambda n: ([(i % 13, i) for i in range(n)],))
def grouped(rows: list[tuple[int, int]]) -> object:
    found: dict[int, list[int]] = collections.defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return {key: max(values) for key, values in found.items()}


def json_tree(n: int) -> tuple[Any, ...]:
    leaf: Any = {"name": "a", "values": [1, 2.5, None], "deep": {"flag": True}}
    return ({"rows": [copy.deepcopy(leaf) for _ in range(max(1, n // 10))]},)


def leaves(tree: Any) -> int:
    if isinstance(tree, dict):
        return sum(leaves(value) for value in tree.values())
    if isinstance(tree, list):
        return sum(leaves(value) for value in tree)
    return 1


@CASES.add(json_tree)
def tree_of_json(tree: Any) -> object:
    return leaves(tree["rows"]) + leaves(tree)


@CASES.add(json_tree)
def paths_in_json(tree: Any) -> object:
    found, todo = 0, [((), tree)]
    while todo:
        path, node = todo.pop()
        if isinstance(node, dict):
            todo.extend(((*path, key), value) for key, value in node.items())
        elif isinstance(node, list):
            todo.extend(((*path, i), value) for i, value in enumerate(node))
        else:
            found += len(path)
    return found


@CASES.add(json_tree, 10_000)
def copied(tree: Any) -> object:
    return [copy.deepcopy(row) for row in tree["rows"]] == [copy.copy(row) for row in tree["rows"]]


@CASES.add(lambda n: ([(i * 7919) % n for i in range(n)],))
def inserted(numbers: list[int]) -> object:
    ordered: list[int] = []
    for number in numbers[:5000]:
        bisect.insort(ordered, number)
    return ordered[:3], bisect.bisect(ordered, 100)


def pairs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    for a, b in itertools.pairwise(numbers):
        if a < b:
            yield a, b


@CASES.add(lambda n: ([(i * 7919) % n for i in range(n)],))
def generators(numbers: list[int]) -> object:
    return sum(b - a for a, b in pairs(numbers)), len(list(pairs(numbers)))


@CASES.add(lambda n: ([[i, str(i), i * 0.5] for i in range(n)],))
def table(rows: list[list[Any]]) -> object:
    columns = list(zip(*rows, strict=True))
    return [max(columns[0]), len(set(columns[1])), sum(columns[2])]


@CASES.add(lambda n: (set(range(n)), set(range(n // 2, n * 2))))
def sets(a: set[int], b: set[int]) -> object:
    return len(a & b), len(a | b), len([x for x in a if x in b]), b.issuperset(a)


def union(parent: list[int], a: int) -> int:
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@CASES.add(lambda n: (n, [((i * 31) % n, (i * 17 + 1) % n) for i in range(n)]))
def union_find(n: int, edges: list[tuple[int, int]]) -> object:
    parent = list(range(n))
    for a, b in edges:
        parent[union(parent, a)] = union(parent, b)
    return sum(parent[i] == i for i in range(n))

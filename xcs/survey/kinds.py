"""What an expression may stand for."""

from __future__ import annotations

from dataclasses import dataclass

from .modules import Class, Function


@dataclass(frozen=True, slots=True)
class Symbol:
    """A module, or something in it, by its qualified name."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Made:
    """(A part of) what a callable of a package made.

    chain: attributes and calls (`()`) since; stated: only an annotation says so.
    """

    origin: str
    chain: str = ""
    stated: bool = False

    @property
    def answer(self) -> bool:
        """Whether something has been called since the object was made."""
        return "()" in self.chain


@dataclass(frozen=True, slots=True)
class OfFunction:
    """A function of the program. `receiver`: the names that its first parameter stands for, if it is bound."""

    function: Function
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class OfClass:
    """A class of the program, or (`instance`) an object of it."""

    cls: Class
    instance: bool = False

    @property
    def called(self) -> Function | None:
        """The method that a call of it runs; of an object's, also what a base hands the call on to."""
        methods = self.cls.methods
        return (methods.get("__call__") or methods.get("forward")) if self.instance else methods.get("__init__")


@dataclass(frozen=True, slots=True)
class Built:
    """A built-in function or class."""

    name: str


@dataclass(frozen=True, slots=True)
class Data:
    """Plain data: a literal, the result of an operation, what a built-in class makes."""


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter, or something that isn't known. `chain`: attributes since."""

    name: str
    chain: str = ""


Origin = Symbol | Made | OfFunction | OfClass | Built | Data | Given
DATA = Data()

#!/usr/bin/env python3
"""Fails when a dependency cannot be used under permissive licences alone.

Reads `cargo tree`: every package that the workspace really uses, on any platform. An SPDX expression passes when one
choice of its ORs needs nothing beyond the lists below. Prints a summary, and by name what is under the MPL, whose sources
must stay available. With arguments, it judges those expressions instead: `licences.py 'MIT OR GPL-3.0-only'`.
"""

import re
import subprocess
import sys
from typing import NamedTuple

PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CDLA-Permissive-2.0",
    "ISC", "MIT", "MIT-0", "OFL-1.1", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib",
}
# Copyleft of single files: fine for us while those files are used unchanged.
FILE_COPYLEFT = {"MPL-2.0"}
EXCEPTIONS = {"LLVM-exception"}


class Package(NamedTuple):
    """A line of `cargo tree`: name with version, SPDX expression, repository."""

    name: str
    licence: str
    repository: str


TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z0-9.+:-]+)")


class Unreadable(Exception):
    """Not an SPDX licence expression."""


class Expression:
    """A recursive descent over `OR` (loosest), `AND`, `WITH` and brackets: the cheapest set of licences, or None."""

    def __init__(self, text: str):
        # Before SPDX, cargo wrote "MIT/Apache-2.0" for a choice.
        text = text.replace("/", " OR ").strip()
        self.tokens, place = [], 0
        while place < len(text):
            token = TOKEN.match(text, place)
            if not token:
                raise Unreadable(text)
            self.tokens.append(token[1])
            place = token.end()
        self.text, self.next = text, 0

    def needs(self) -> set[str] | None:
        """Licences that one must follow, with as few MPL ones as possible; None when no choice is acceptable."""
        result = self.choice()
        if self.next != len(self.tokens):
            raise Unreadable(self.text)
        return result

    def take(self, wanted: str | None = None) -> str | None:
        token = self.tokens[self.next] if self.next < len(self.tokens) else None
        if token is None or (wanted is not None and token.upper() != wanted):
            return None
        self.next += 1
        return token

    def choice(self) -> set[str] | None:
        options = [self.all_of()]
        while self.take("OR"):
            options.append(self.all_of())
        possible = [option for option in options if option is not None]
        return min(possible, key=lambda option: len(option & FILE_COPYLEFT)) if possible else None

    def all_of(self) -> set[str] | None:
        parts = [self.one()]
        while self.take("AND"):
            parts.append(self.one())
        return None if None in parts else set().union(*parts)

    def one(self) -> set[str] | None:
        if self.take("("):
            inside = self.choice()
            if not self.take(")"):
                raise Unreadable(self.text)
            return inside
        name = self.take()
        if name is None or name == ")" or name.upper() in ("OR", "AND", "WITH"):
            raise Unreadable(self.text)
        exception = None
        if self.take("WITH"):
            exception = self.take()
            if exception is None:
                raise Unreadable(self.text)
        known = name in PERMISSIVE | FILE_COPYLEFT and (exception is None or exception in EXCEPTIONS)
        return {name} if known else None


def judge(expression: str | None) -> set[str] | None:
    if not expression:
        return None
    try:
        return Expression(expression).needs()
    except Unreadable:
        return None


def used_packages() -> list[Package]:
    """What the workspace is built from on any platform, tests included. (`cargo metadata` names too many: it also lists
    what optional features of dependencies would pull in.)"""
    command = ["cargo", "tree", "--workspace", "--locked", "--target", "all", "--edges", "normal,build,dev"]
    command += ["--prefix", "none", "--format", "{p}|{l}|{r}"]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    lines = {line.removesuffix(" (*)") for line in answer.stdout.splitlines() if line}
    return sorted(Package(*line.split("|")) for line in lines)


def main() -> int:
    if len(sys.argv) > 1:
        verdicts = [(expression, judge(expression)) for expression in sys.argv[1:]]
        for expression, needs in verdicts:
            print(f"{'refused' if needs is None else ' + '.join(sorted(needs))}: {expression}")
        return int(any(needs is None for _, needs in verdicts))

    packages = used_packages()
    verdicts = [(package, judge(package.licence)) for package in packages]
    refused = [package for package, needs in verdicts if needs is None]
    copyleft = [package for package, needs in verdicts if needs is not None and needs & FILE_COPYLEFT]
    print(f"{len(packages)} packages, {len({package.licence for package in packages})} different licence expressions")
    for package in copyleft:
        print(f"  file-level copyleft: {package.name} ({package.licence}) {package.repository}")
    for package in refused:
        print(f"  REFUSED: {package.name}: {package.licence or 'no licence stated'}")
    return int(bool(refused or not packages))


if __name__ == "__main__":
    sys.exit(main())

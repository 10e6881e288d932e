#!/usr/bin/env python3
"""Checks the rules of the house that no lint knows: layers, purity, sizes of files, forbidden words, links of documents,
paths and terms of ARCHITECTURE.md.

Prints every breach and exits with 1 if there is one. Long files are only warned about up to HARD_LIMIT.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SOFT_LIMIT, HARD_LIMIT = 700, 900
# Terms of the glossary in ARCHITECTURE.md.
MAX_TERMS = 35

# What a package may not name in any of its dependency tables. The layers: store <- inkmesh (src) <- ui.
FORBIDDEN_DEPENDENCIES = {
    "Cargo.toml": ["sled", "iced*", "inkmesh-ui"],
    "store/Cargo.toml": ["inkmesh", "inkmesh-ui", "libp2p*", "tokio", "iced*", "ciborium"],
    "ui/Cargo.toml": ["inkmesh-store", "libp2p*", "sled"],
}
# But for ui/benches, which makes the folders that the program opens.
ALLOWED_FOR_TESTS = {"ui/Cargo.toml": ["inkmesh-store"]}

# What the pure half may not be built from, however deep in the tree.
IMPURE_CRATES = [
    "async-*", "fs4", "futures*", "getrandom", "inkmesh-store", "libp2p*", "mio", "rand", "rand_*", "rayon*", "sled", "socket2",
    "tokio*", "tracing*",
]
# But for these: rand_core is only traits as long as getrandom, which is forbidden above, is not in the tree.
PURE_CRATES = ["rand_core"]

FORBIDDEN_WORDS = {
    r"#\[ignore": "a test that is not run is no test",
    r"\b(todo|unimplemented)!": "no placeholders",
    r"\bunbounded_channel\b|\bmpsc::unbounded\b": "every queue is bounded",
}
FORBIDDEN_IN_UI = {r"\b(libp2p|sled|inkmesh_store)\b": "ui knows only the public API of inkmesh"}
FORBIDDEN_IN_BINARY = {
    r"\be?print(ln)?!": "a standard output or error that can't be written panics: write and handle it, or diagnostics::say",
}
SYSTEM = "(env|fs|net|os|process|thread)"
FORBIDDEN_IN_PURE = {
    rf"\bstd::{SYSTEM}\b|\bstd::\{{[^;]*\b{SYSTEM}\b": "the pure half does no IO and starts no threads",
    r"\b(Instant|SystemTime)::now\b": "time comes in as an argument",
    r"\b(tokio|libp2p|sled|rand|getrandom)::": "only src/node is asynchronous, random or on the network",
}


def sources() -> Iterator[Path]:
    for folder, children, files in os.walk(ROOT):
        children[:] = sorted(child for child in children if child != "target" and not child.startswith("."))
        yield from (Path(folder, file).relative_to(ROOT) for file in sorted(files) if file.endswith(".rs"))


def without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*", "", text)


def without_tests(text: str) -> str:
    """Test modules may open files as they like. rustfmt puts the brace that ends them at the start of a line."""
    module = r"#\[cfg\(test\)\]\s+(#\[[^\n]*\s+)*mod \w+ \{.*?\n\}"
    return re.sub(module, lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)


def is_pure(path: Path) -> bool:
    """All of src but the node, and but tests in files of their own, which may open files as they like."""
    beside = path.parts[1] in ("node", "node.rs") or "tests" in path.parts or path.name == "tests.rs"
    return path.parts[0] == "src" and not beside


def found(rules: dict[str, str], text: str, path: Path) -> Iterator[str]:
    for pattern, reason in rules.items():
        for match in re.finditer(pattern, text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {match[0].splitlines()[0]}: {reason}"


def check_sources() -> Iterator[str]:
    for path in sources():
        text = (ROOT / path).read_text()
        lines = text.count("\n")
        if lines > HARD_LIMIT:
            yield f"{path}: {lines} lines, at most {HARD_LIMIT}: split it"
        elif lines > SOFT_LIMIT:
            print(f"  warning: {path}: {lines} lines")
        code = without_comments(text)
        yield from found(FORBIDDEN_WORDS, code, path)
        if path.parts[:2] == ("ui", "src"):
            yield from found(FORBIDDEN_IN_UI, code, path)
            if "tests" not in path.parts:
                yield from found(FORBIDDEN_IN_BINARY, without_tests(code), path)
        if is_pure(path):
            yield from found(FORBIDDEN_IN_PURE, without_tests(code), path)


def dependency_tables(manifest: dict) -> Iterator[tuple[str, dict]]:
    for holder in [manifest, *manifest.get("target", {}).values()]:
        for table in ("dependencies", "dev-dependencies", "build-dependencies"):
            yield table, holder.get(table, {})


def check_dependencies() -> Iterator[str]:
    for file, forbidden in FORBIDDEN_DEPENDENCIES.items():
        manifest = tomllib.loads((ROOT / file).read_text())
        for name, table in dependency_tables(manifest):
            allowed = ALLOWED_FOR_TESTS.get(file, []) if name == "dev-dependencies" else []
            for key, value in table.items():
                crate = value.get("package", key) if isinstance(value, dict) else key
                if crate not in allowed and any(fnmatch(crate, pattern) for pattern in forbidden):
                    yield f"{file}: must not depend on {crate}"


def check_pure_tree() -> Iterator[str]:
    command = ["cargo", "tree", "--locked", "-p", "inkmesh", "--no-default-features", "-e", "normal", "--prefix", "none"]
    answer = subprocess.run([*command, "--target", "all"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    crates = sorted({line.split()[0] for line in answer.stdout.splitlines() if line})
    if "inkmesh" not in crates:
        yield "cargo tree does not show the pure half"
    for crate in crates:
        if crate not in PURE_CRATES and any(fnmatch(crate, pattern) for pattern in IMPURE_CRATES):
            yield f"the pure half of inkmesh is built from {crate}"


def headings(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def check_links() -> Iterator[str]:
    """Links of the documents to files of the tree, and to headings in them."""
    folders = ["*.md", "docs/**/*.md", ".github/**/*.md", "tests/**/*.md", "ui/assets/**/*.md"]
    for document in sorted(path for pattern in folders for path in ROOT.glob(pattern)):
        if "node_modules" in document.parts:
            continue
        for link, anchor in re.findall(r"\]\(([^)\s#]*)#?([^)\s]*)\)", document.read_text()):
            target = document.parent / link if link else document
            if re.match(r"[a-z]+:", link):
                continue
            if not target.exists():
                yield f"{document.relative_to(ROOT)}: there is no {link}"
            elif anchor and anchor not in headings(target):
                yield f"{document.relative_to(ROOT)}: there is no heading #{anchor} in {target.name}"


def check_architecture() -> Iterator[str]:
    """The code map names only what exists, and the glossary stays short."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for path in re.findall(r"`([^`\s]+(?:\.rs|/))`", text):
        if not (ROOT / path).exists():
            yield f"ARCHITECTURE.md: there is no {path}"
    _, _, glossary = text.partition("\n## Glossary\n")
    rows = re.findall(r"^\| (.+?) \|", glossary.partition("\n## ")[0], re.MULTILINE)[2:]
    terms = [term for row in rows for term in row.split(", ")]
    if not 0 < len(terms) <= MAX_TERMS:
        yield f"ARCHITECTURE.md: {len(terms)} terms in the glossary, at most {MAX_TERMS}"


def main() -> int:
    breaches = 0
    for check in (check_dependencies, check_sources, check_links, check_architecture, check_pure_tree):
        for breach in check():
            print(f"  {breach}", flush=True)
            breaches += 1
    return int(breaches > 0)


if __name__ == "__main__":
    sys.exit(main())

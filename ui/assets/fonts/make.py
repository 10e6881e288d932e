#!/usr/bin/env python3
"""Makes the bundled fonts from their sources; README.md beside this file says where those come from.

Usage: python3 make.py NOTO_SANS_KR_FOLDER NOTO_CORE_FOLDER OUT_FOLDER
"""

import sys
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

# Everything but the Han characters: those alone would make the files three times as large.
KR = """
0020-007E 00A0-024F 02B0-036F 0370-03FF 0400-052F 1E00-1EFF 2000-206F 2070-209F 20A0-20CF 2100-218F 2190-21FF
2200-22FF 2300-23FF 2460-2473 2500-257F 2580-259F 25A0-25FF 2600-26FF 2700-27BF 2B00-2BFF 3000-303F 3040-30FF
3130-318F 31F0-31FF 321C 3388-33DF AC00-D7A3 FE30-FE4F FF00-FFEF FFFD
"""
# Letters of European names and languages that Noto Sans KR lacks (most of Latin Extended, Greek, Cyrillic).
LETTERS = "0100-024F 02B0-036F 0370-03FF 0400-052F 1E00-1EFF 2010-2027 2030-205E 2070-209F 20A0-20CF 2100-214F"
# Icons that Noto Sans KR lacks, and the source that has them.
ICONS = {
    "NotoSansSymbols2-Regular.ttf": "✎✏✓✔✕✖✗✘⌫⌖⏩⏪⏭⏮⏯⏱⏲⏳⏴⏵⏶⏷⏸⏹⏺▭▨▴▾⬤☰✋🏆🏠📷🔍🔒🔓🖉🖌🖍🖫🖼🗀🗄🗑🗨🕭⮌",
    "NotoSansSymbols-Regular.ttf": "⚙☺☾⌂⌕⎘⚐⚑",
    "NotoSansMath-Regular.ttf": "↶↷↺↻⟲⟳",
}
# Noto has no 💾 in one colour: the outlined diskette (U+1F5AB) stands for it too.
ALIASES = {0x1F4BE: 0x1F5AB}


def code_points(ranges: str) -> set[int]:
    found = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def cut(source: Path, wanted: set[int], features: list[str]) -> TTFont:
    options = subset.Options(hinting=False, layout_features=features, name_IDs=["*"], notdef_outline=True)
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    return font


def align(font: TTFont, like: TTFont) -> None:
    """One line height for all of them: a fallback glyph must not make its line jump."""
    font["hhea"].ascent, font["hhea"].descent = like["hhea"].ascent, like["hhea"].descent
    font["hhea"].lineGap = like["hhea"].lineGap
    for field in ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent"):
        setattr(font["OS/2"], field, getattr(like["OS/2"], field))


def icons(core: Path, missing_from: set[int]) -> TTFont:
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for name, characters in ICONS.items():
            wanted = {ord(c) for c in characters} - missing_from
            absent = wanted - set(TTFont(core / name).getBestCmap())
            if absent:
                sys.exit(f"{name} lacks {' '.join(chr(c) for c in sorted(absent))}")
            part = cut(core / name, wanted, [])
            for table in ("GSUB", "GPOS", "GDEF", "meta"):
                if table in part:
                    del part[table]
            parts.append(f"{folder}/{name}")
            part.save(parts[-1])
        font = Merger().merge(parts)
    for table in font["cmap"].tables:
        for alias, meant in ALIASES.items():
            if meant in table.cmap:
                table.cmap[alias] = table.cmap[meant]
    rename(font, "Inkmesh Symbols")
    # The same input gives the same bytes.
    font.recalcTimestamp, font["head"].created, font["head"].modified = False, 0, 0
    return font


def rename(font: TTFont, family: str) -> None:
    """A mixture of fonts does not carry the name of one of them."""
    post_script = family.replace(" ", "") + "-Regular"
    names = {1: family, 2: "Regular", 3: f"{family} 1.0", 4: family, 5: "Version 1.0", 6: post_script}
    kept = {n.nameID: str(n) for n in font["name"].names if n.nameID in (13, 14) and n.platformID == 3}
    kept[0] = "Copyright 2016-2020 Google LLC (Noto Sans Symbols, Noto Sans Symbols 2, Noto Sans Math)"
    font["name"].names = []
    for identifier, text in (names | kept).items():
        font["name"].setName(text, identifier, 3, 1, 0x409)


def main() -> None:
    kr, core, out = (Path(argument) for argument in sys.argv[1:4])
    for folder, weight in (("400Regular", "Regular"), ("700Bold", "Bold")):
        hangul = cut(
            kr / folder / f"NotoSansKR_{folder}.ttf", code_points(KR), ["kern", "liga", "ccmp", "locl", "tnum"]
        )
        has = set(hangul.getBestCmap())
        hangul.save(out / f"NotoSansKR-{weight}.ttf")
        letters = cut(core / f"NotoSans-{weight}.ttf", code_points(LETTERS) - has, ["kern", "ccmp", "locl", "mark", "mkmk"])
        align(letters, hangul)
        letters.save(out / f"NotoSans-{weight}.ttf")
        if weight == "Regular":
            symbols = icons(core, has)
            align(symbols, hangul)
            symbols.save(out / "InkmeshSymbols.ttf")


if __name__ == "__main__":
    main()

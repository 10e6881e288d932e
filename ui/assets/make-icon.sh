#!/usr/bin/env bash
# Draws icon.png (256 x 256) and icon.ico (16 to 256) with ImageMagick 6: a drop of ink and a seal on paper.
set -euo pipefail
cd "$(dirname "$0")"
# Coordinates are on a grid of 256, eight pixels each.
d="scale 8,8"
convert -size 2048x2048 xc:none \
    -fill '#DDD5C6' -draw "$d roundrectangle 8,8 248,248 54,54" \
    -fill '#FBF8F2' -draw "$d roundrectangle 14,14 242,242 48,48" \
    -fill '#1E1B18' -draw "$d path 'M 112,34 C 98,76 50,112 50,158 C 50,193 78,218 112,218 C 146,218 174,193 174,158 C 174,112 126,76 112,34 Z'" \
    -fill none -stroke '#FBF8F2' -strokewidth 11 -draw "$d stroke-linecap round bezier 76,158 77,176 88,190 106,194" \
    -stroke none -fill '#FBF8F2' -draw "$d roundrectangle 132,132 228,228 22,22" \
    -fill '#B83822' -draw "$d roundrectangle 141,141 219,219 14,14" \
    -fill none -stroke '#FBF8F2' -strokewidth 9 \
    -draw "$d stroke-linecap round line 167,156 160,204 line 198,156 191,204 line 156,170 206,170 line 153,190 203,190" \
    -filter Lanczos -resize 256x256 -strip PNG32:icon.png
sizes=()
for size in 16 24 32 48 64; do
    sizes+=('(' icon.png -filter Lanczos -resize "${size}x${size}" ')')
done
convert "${sizes[@]}" icon.png icon.ico

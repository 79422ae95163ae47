"""Scenes that explain: letters, an index, an aperture."""

import math

from paper import (
    CLAY,
    CORAL,
    HANJI,
    INK,
    JADE,
    JADE_DEEP,
    JADE_MID,
    JADE_PALE,
    MARK,
    MIST,
    NIGHT,
    OCHRE,
    PAPER,
    SOFT_INK,
    VERMILION,
    Sheet,
    mix,
    smooth,
)


def hangul():
    sheet = Sheet(MIST, HANJI, seed=24)
    sheet.fibres(90)
    tiles = ((120, 130, 230), (330, 340, 230), (120, 560, 230))
    for x, y, size in tiles:
        sheet.block(x, y, size, size, PAPER, HANJI, radius=18, shadow=0.3)
    hieut(sheet, 235, 250, 0.72, JADE)
    sheet.strokes([[(420, 378), (420, 532)], [(424, 452), (486, 452)]], 26, VERMILION, shadow=0.15)
    sheet.strokes([[(168, 612), (168, 738), (304, 738)]], 26, INK, shadow=0.15)
    for k, (x, y) in enumerate(((640, 450), (690, 450), (740, 450))):
        sheet.disc(x, y, 9 + k * 2, SOFT_INK, opacity=0.5 + k * 0.2)
    sheet.block(830, 110, 660, 680, PAPER, HANJI, radius=34, shadow=0.34)
    hieut(sheet, 1070, 340, 1.25, JADE)
    sheet.strokes(
        [[(1310, 180), (1310, 560)], [(1318, 360), (1420, 360)]], 44, VERMILION, shadow=0.2
    )
    sheet.strokes([[(980, 560), (980, 700), (1370, 700)]], 44, INK, shadow=0.2)
    return sheet


def hieut(sheet, x, y, size, tone):
    width = 36 * size
    bars = [[(x - 44 * size, y - 132 * size), (x + 44 * size, y - 132 * size)]]
    bars.append([(x - 108 * size, y - 68 * size), (x + 108 * size, y - 68 * size)])
    sheet.strokes(bars, width, tone, shadow=0.18)
    sheet.ring(x, y + 52 * size, 86 * size, width, tone, shadow=0.18)


def index_tree():
    sheet = Sheet(HANJI, mix(HANJI, MIST, 0.8), seed=32)
    sheet.fibres(90)
    root, rows = (800, 170), []
    branches = [(320, 430), (800, 430), (1280, 430)]
    lines = [
        smooth(
            [(800, 214), (x, 386)]
            if x == 800
            else [(800, 214), (800 + (x - 800) * 0.3, 300), (x, 386)]
        )
        for x, _ in branches
    ]
    sheet.strokes(lines, 6, JADE_PALE)
    for x, y in branches:
        for dx in (-160, 0, 160):
            rows.append((x + dx, 710))
            sheet.strokes([[(x, y + 44), (x + dx, 640)]], 5, JADE_PALE)
    sheet.strokes([lines[2], [(1280, 474), (1120, 640)]], 9, VERMILION, shadow=0.15)
    for k, (x, y) in enumerate(rows):
        hit = k == 6
        tone = VERMILION if hit else mix(JADE, JADE_PALE, (k % 3) / 3)
        for j in range(4):
            share = mix(tone, PAPER, 0.12 + j * 0.18)
            sheet.block(x - 62, y - 70 + j * 40, 124, 32, share, radius=7, shadow=0.2)
    sheet.strokes([[(x + 66, 712), (x + 94, 712)] for x, _ in rows[:-1]], 4, SOFT_INK, opacity=0.6)
    for x, y in (root, *branches):
        on_path = x in (800, 1280) and (x, y) != (800, 430)
        sheet.block(x - 120, y - 44, 240, 88, PAPER, HANJI, radius=14, shadow=0.3)
        for j in range(3):
            tone = VERMILION if on_path and j == (2 if y == 170 else 0) else JADE_MID
            sheet.block(x - 98 + j * 70, y - 18, 54, 36, tone, radius=6, shadow=0)
    return sheet


def aperture():
    sheet = Sheet(mix(NIGHT, INK, 0.4), NIGHT, seed=34)
    cx, cy, outer, inner = 800, 450, 400, 128
    sheet.disc(cx, cy, 424, mix(SOFT_INK, INK, 0.4), INK, shadow=0.4)
    sheet.disc(cx, cy, 140, CORAL, VERMILION)
    mask_points = [
        (cx + outer * math.cos(t / 60 * math.tau), cy + outer * math.sin(t / 60 * math.tau))
        for t in range(60)
    ]
    within = sheet.shape(mask_points)
    tones = (JADE_DEEP, JADE, mix(JADE, JADE_MID, 0.6), JADE_MID, mix(JADE, JADE_MID, 0.3), JADE)
    for k, tone in enumerate(tones):
        a, b = k * math.tau / 6, (k + 1) * math.tau / 6
        p, q = (
            (cx + inner * math.cos(a), cy + inner * math.sin(a)),
            (cx + inner * math.cos(b), cy + inner * math.sin(b)),
        )
        dx, dy = q[0] - p[0], q[1] - p[1]
        far = (p[0] + dx * 6, p[1] + dy * 6)
        before = math.tau / 6
        r = (cx + inner * math.cos(a - before), cy + inner * math.sin(a - before))
        side = (p[0] + (p[0] - r[0]) * 6, p[1] + (p[1] - r[1]) * 6)
        sheet.cut(
            [p, q, far, side],
            mix(tone, PAPER, 0.08),
            mix(tone, INK, 0.25),
            0.3,
            1,
            within,
        )
    sheet.ring(cx, cy, 402, 8, mix(CLAY, SOFT_INK, 0.4))
    marks = []
    for k in range(60):
        t = k / 60 * math.tau
        near = 436 if k % 5 else 430
        marks.append(
            [
                (cx + near * math.cos(t), cy + near * math.sin(t)),
                (cx + 448 * math.cos(t), cy + 448 * math.sin(t)),
            ]
        )
    sheet.strokes(marks, 2.5, CLAY, opacity=0.7)
    for k in range(26):
        r = 26 + 80 * abs(math.sin(k * 3.7))
        x = (k * 271) % 1600
        if abs(x - cx) > 470:
            tone = (MARK, JADE_PALE, OCHRE, CORAL)[k % 4]
            sheet.disc(x, 60 + (k * 197) % 800, r * 0.7, tone, opacity=0.13)
    return sheet

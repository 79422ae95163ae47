"""Scenes of roofs, hills, sea and city."""

import math

from paper import (
    CLAY,
    CORAL,
    HANJI,
    HEIGHT,
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
    SAND,
    SOFT_INK,
    VERMILION,
    WIDTH,
    Sheet,
    mix,
    ridge,
    smooth,
)


def tiled_roof(sheet, cx, eave, half, height, dark, light, rows=30):
    """A hanok roof: sagging ridge, lifted corners, lines of tiles that end in round caps."""

    def top(u):
        return cx + u * half * 0.72, eave - height - 14 * abs(u) ** 2.5

    def low(u):
        return cx + u * half, eave - height * 0.26 * abs(u) ** 3

    def line(u):
        (x0, y0), (x1, y1) = top(u), low(u)
        bend = (x0 + (x1 - x0) * 0.38, y0 + (y1 - y0) * 0.62)
        return [
            tuple(
                (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
                for a, b, c in zip((x0, y0), bend, (x1, y1), strict=True)
            )
            for t in (k / 12 for k in range(13))
        ]

    span = [k / 40 - 1 for k in range(81)]
    outline = [top(u) for u in span] + line(1) + [low(u) for u in reversed(span)]
    sheet.cut([*outline, *reversed(line(-1))], light, dark, shadow=0.3)
    rims = [2 * k / rows - 1 for k in range(rows + 1)]
    sheet.strokes([line(u) for u in rims], 3, mix(dark, INK, 0.25), opacity=0.55)
    sheet.strokes([[top(u) for u in span]], 17, mix(dark, INK, 0.2), shadow=0.2)
    sheet.strokes([[(x, y - 5) for x, y in (top(u) for u in span)]], 3, light, opacity=0.7)
    sheet.strokes([[low(u) for u in span]], 12, mix(dark, INK, 0.25))
    for u in rims:
        x, y = low(u)
        sheet.disc(x, y + 1, 9, mix(light, PAPER, 0.35), light)


def pine(sheet, x, base, height, lean, trunk, crown):
    """A red pine of the east coast: a long bare trunk and flat clouds of needles."""
    spine = smooth(
        [
            (x, base),
            (x + lean * 0.2, base - height * 0.4),
            (x + lean * 1.1, base - height * 0.72),
            (x + lean, base - height),
        ]
    )
    count = len(spine)
    left = [(px - 9 * (1 - k / count) - 3, py) for k, (px, py) in enumerate(spine)]
    right = [(px + 9 * (1 - k / count) + 3, py) for k, (px, py) in enumerate(spine)]
    sheet.cut(left + right[::-1], trunk, mix(trunk, INK, 0.3), shadow=0.2)
    tufts = ((0.68, -66, 58), (0.76, 74, 72), (0.86, -46, 84), (0.93, 50, 66), (1.01, 0, 62))
    for share, aside, width in tufts:
        px, py = spine[min(int(share * count), count - 1)]
        wide = width * height / 420
        off = aside * height / 420
        shade = mix(crown, INK, 0.28 * (1.02 - share) * 3)
        sheet.strokes([[(px, py + 14), (px + off, py)]], 5, mix(trunk, INK, 0.25))
        cloud = [(px + off - wide, py + 8), (px + off - wide * 0.6, py - 20), (px + off, py - 32)]
        cloud += [(px + off + wide * 0.6, py - 20), (px + off + wide, py + 8), (px + off, py + 16)]
        sheet.cut(smooth(cloud, closed=True), crown, shade, shadow=0.2)


def swell(sheet, seed, level, colour, deep, height=10, shadow=0.16):
    sheet.cut(ridge(seed, level, height, waves=7), colour, deep, shadow)


def courtyard():
    sheet = Sheet(HANJI, mix(MIST, HANJI, 0.3), seed=3)
    sheet.fibres(80)
    sheet.disc(1180, 236, 104, CORAL, VERMILION)
    sheet.cut(ridge(11, 420, 92, 2.4), mix(MIST, JADE_PALE, 0.5), MIST)
    sheet.cut(ridge(5, 480, 64, 3), JADE_PALE, mix(JADE_PALE, MIST, 0.6))
    tiled_roof(sheet, 330, 560, 400, 110, mix(JADE_MID, SOFT_INK, 0.3), JADE_MID, 36)
    tiled_roof(sheet, 1330, 600, 430, 120, JADE, mix(JADE, JADE_MID, 0.6), 36)
    sheet.block(1010, 610, 640, 300, PAPER, SAND)
    sheet.block(-20, 570, 620, 340, PAPER, SAND)
    tiled_roof(sheet, 770, 712, 560, 168, mix(JADE_DEEP, INK, 0.3), JADE_DEEP, 44)
    sheet.block(340, 724, 860, 190, mix(SAND, CLAY, 0.5), HANJI, shadow=0.3)
    for k in range(5):
        x = 372 + k * 164
        sheet.block(x, 752, 140, 160, PAPER, MARK if k == 2 else HANJI, shadow=0.14)
        bars = [[(x + j * 20, 754), (x + j * 20, 900)] for j in range(1, 7)]
        bars += [[(x + 2, y), (x + 138, y)] for y in (782, 812, 872)]
        sheet.strokes(bars, 2.5, SOFT_INK, opacity=0.55)
    for k in range(6):
        sheet.block(352 + k * 164 - 8, 722, 16, 190, SOFT_INK, INK, shadow=0.1)
    return sheet


def mountains():
    sheet = Sheet(HANJI, MIST, seed=4)
    sheet.fibres(90)
    sheet.disc(520, 300, 118, CORAL, VERMILION)
    tones = [MIST, JADE_PALE, JADE_MID, JADE, JADE_DEEP]
    for k, tone in enumerate(tones):
        fade = mix(tone, PAPER, 0.55 if k < 4 else 0.12)
        sheet.cut(ridge(40 + k * 7, 400 + k * 104, 130 - k * 14, 2.2 + k * 0.4), tone, fade)
    return sheet


def gangneung_sea():
    sheet = Sheet(mix(HANJI, CORAL, 0.12), mix(MARK, HANJI, 0.6), seed=6)
    sheet.fibres(60, bottom=420)
    sheet.disc(980, 430, 128, CORAL, VERMILION)
    sheet.cut([(0, 436), (WIDTH, 436), (WIDTH, HEIGHT), (0, HEIGHT)], JADE_PALE, JADE, shadow=0.12)
    glints = []
    for k in range(13):
        half = (118 - k * 6) * (0.55 + 0.45 * math.sin(k * 2.1) ** 2)
        drift = 22 * math.sin(k * 1.7)
        glints.append([(980 - half + drift, 452 + k * 13), (980 + half + drift, 452 + k * 13)])
    sheet.strokes(glints, 5, CORAL, opacity=0.8)
    for k, (level, tone) in enumerate(((560, 0.25), (636, 0.5), (716, 0.8))):
        swell(sheet, 70 + k, level, mix(JADE_PALE, JADE, tone), mix(JADE_MID, JADE_DEEP, tone), 12)
        crest = ridge(70 + k, level, 12, waves=7)[:-2]
        sheet.strokes([crest], 4 + k, PAPER, opacity=0.75)
    sheet.cut(ridge(92, 812, 26, 1.4), HANJI, SAND)
    for x, height, lean in ((120, 600, 50), (286, 500, -36), (420, 380, 34)):
        pine(sheet, x, 900, height, lean, mix(SOFT_INK, VERMILION, 0.18), JADE_DEEP)
    return sheet


def pine_path():
    sheet = Sheet(MIST, HANJI, seed=8)
    sheet.fibres(60)
    sheet.disc(800, 400, 96, CORAL, VERMILION)
    sheet.cut([(0, 470), (WIDTH, 470), (WIDTH, 600), (0, 600)], JADE_PALE, JADE_MID, shadow=0.08)
    sheet.cut(ridge(21, 566, 24, 2), JADE_MID, mix(JADE, JADE_MID, 0.4))
    left = smooth([(790, 570), (730, 650), (800, 740), (560, 910)])
    right = smooth([(806, 570), (800, 650), (980, 740), (1110, 910)])
    sheet.cut(left + right[::-1], PAPER, SAND, shadow=0.12)
    far = mix(SOFT_INK, JADE_PALE, 0.45)
    for x, height, lean in ((560, 300, 10), (650, 260, -12), (960, 280, 14), (1050, 320, -10)):
        pine(sheet, x, 640, height, lean, far, JADE_MID)
    bark = mix(SOFT_INK, VERMILION, 0.2)
    near = ((420, 560, -20), (1210, 570, 26), (250, 720, 30), (1390, 740, -34), (60, 860, 20))
    for k, (x, height, lean) in enumerate((*near, (1560, 880, -20))):
        pine(sheet, x, 740 + k * 40, height, lean, bark, mix(JADE, JADE_DEEP, min(k / 4, 1)))
    return sheet


def city_night():
    sheet = Sheet(NIGHT, mix(NIGHT, JADE, 0.5), seed=16)
    for _ in range(70):
        x, y = sheet.rng.uniform(0, WIDTH), sheet.rng.uniform(0, 430)
        sheet.disc(x, y, sheet.rng.choice((1.2, 1.8, 2.4)), MARK, opacity=0.7)
    sheet.disc(360, 210, 84, PAPER, MARK, opacity=0.95)
    sheet.cut(ridge(61, 500, 110, 1.6), mix(NIGHT, JADE, 0.62), mix(NIGHT, JADE, 0.3))
    hill = ridge(61, 500, 110, 1.6)
    x, y = min((p for p in hill[:-2] if 900 < p[0] < 1400), key=lambda p: p[1])
    sheet.strokes([[(x, y + 10), (x, y - 150)]], 12, mix(NIGHT, JADE, 0.62))
    sheet.strokes([[(x, y - 150), (x, y - 232)]], 4, mix(NIGHT, JADE, 0.62))
    sheet.block(x - 26, y - 168, 52, 30, mix(NIGHT, JADE, 0.75), radius=10, shadow=0)
    sheet.disc(x, y - 236, 6, VERMILION)
    for row, (count, base, tone) in enumerate(((15, 610, 0.34), (12, 690, 0.18), (9, 790, 0.05))):
        wide = WIDTH / count
        for k in range(count):
            height = sheet.rng.uniform(50, 190)
            left, top = k * wide + sheet.rng.uniform(-12, 8), base - height
            tone_top = mix(NIGHT, JADE, tone)
            sheet.block(left, top, wide - 6, 900, tone_top, mix(NIGHT, INK, 0.4), shadow=0.3)
            windows(sheet, left, top, wide - 6, row)
    sheet.strokes([[(-10, 872), (1610, 872)]], 5, mix(NIGHT, JADE, 0.5))
    for k in range(16):
        tone = VERMILION if k % 2 else MARK
        sheet.disc(60 + k * 101, 884, 5, tone, opacity=0.9)
    return sheet


def windows(sheet, left, top, width, row):
    cell = 20 + row * 5
    for y in range(round(top) + 16, min(round(top) + 230, 850), cell + 6):
        for x in range(round(left) + 14, round(left + width) - 18, cell):
            if sheet.rng.random() < 0.3:
                tone = sheet.rng.choice((MARK, MARK, OCHRE, JADE_PALE))
                sheet.block(x, y, cell * 0.45, cell * 0.55, tone, shadow=0, opacity=0.85)


def running_path():
    sheet = Sheet(mix(HANJI, CORAL, 0.1), mix(MARK, HANJI, 0.5), seed=18)
    sheet.fibres(70, bottom=420)
    sheet.disc(1240, 330, 108, CORAL, VERMILION)
    sheet.cut(ridge(33, 396, 66, 2.6), JADE_PALE, MIST)
    for k in range(14):
        height = 60 + 90 * abs(math.sin(k * 1.9))
        sheet.block(
            20 + k * 62, 456 - height, 46, height + 20, mix(MIST, JADE_MID, 0.5), MIST, shadow=0.06
        )
    sheet.cut([(0, 456), (WIDTH, 456), (WIDTH, 640), (0, 640)], JADE_PALE, JADE_MID, shadow=0.1)
    sheet.strokes([[(-10, 438), (1610, 418)]], 14, SOFT_INK, shadow=0.2)
    for k in range(9):
        x = 60 + k * 190
        arch = [
            (
                x + 95 + 92 * math.cos(math.pi * t / 16),
                440 - 46 * math.sin(math.pi * t / 16) - k * 2,
            )
            for t in range(17)
        ]
        sheet.strokes([arch], 6, SOFT_INK)
        sheet.strokes([[(x, 440 - k * 2), (x, 500 - k * 2)]], 10, SOFT_INK)
    waves = [
        [(x, y), (x + 60, y)]
        for x, y in ((120, 520), (360, 556), (640, 512), (900, 548), (1220, 520), (1400, 560))
    ]
    sheet.strokes(waves, 4, PAPER, opacity=0.7)
    sheet.cut(ridge(37, 606, 22, 1.6), JADE_MID, JADE)
    left = smooth([(1090, 598), (900, 664), (1010, 750), (300, 910)])
    right = smooth([(1130, 598), (1010, 664), (1240, 750), (1010, 910)])
    sheet.cut(left + right[::-1], CORAL, VERMILION, shadow=0.2)
    middle = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(left, right, strict=True)]
    dashes = [middle[k : k + 4] for k in range(4, len(middle) - 4, 7)]
    sheet.strokes(dashes, 5, PAPER)
    for x, base, size in ((210, 640, 120), (390, 626, 90), (1420, 650, 140)):
        sheet.strokes([[(x, base + 60), (x, base - size * 0.4)]], 12, SOFT_INK)
        for dx, dy, r in ((-0.4, -0.5, 0.55), (0.42, -0.46, 0.5), (0, -0.95, 0.62)):
            sheet.disc(x + dx * size, base + dy * size, r * size, JADE, JADE_DEEP, shadow=0.2)
    reeds = []
    for k in range(60):
        x = 8 + k * 5.4 if k < 34 else 1180 + (k - 34) * 17
        lean = 26 * math.sin(k * 1.7)
        reeds.append(smooth([(x, 910), (x + lean * 0.3, 830), (x + lean, 752 + 40 * math.sin(k))]))
    sheet.strokes(reeds, 6, JADE_DEEP, shadow=0.12)
    return sheet


def tumuli():
    sheet = Sheet(mix(HANJI, MARK, 0.3), mix(HANJI, CORAL, 0.16), seed=26)
    sheet.fibres(80, bottom=520)
    sheet.disc(420, 300, 98, CORAL, VERMILION)
    sheet.cut(ridge(83, 470, 58, 2), mix(JADE_PALE, MIST, 0.4), MIST)
    for cx, base, wide, tall, tone in (
        (1240, 640, 420, 250, JADE_PALE),
        (560, 680, 380, 220, mix(JADE_PALE, JADE_MID, 0.5)),
        (160, 730, 380, 290, JADE_MID),
        (1000, 770, 520, 330, mix(JADE_MID, JADE, 0.5)),
    ):
        mound = [
            (
                cx + wide * math.cos(t / 30 * math.pi),
                base - tall * math.sin(t / 30 * math.pi) ** 1.25,
            )
            for t in range(31)
        ]
        sheet.cut(
            [*mound, (cx - wide, 910), (cx + wide, 910)], tone, mix(tone, MARK, 0.28), shadow=0.24
        )
    bare_tree(sheet, 590, 800, 340)
    sheet.cut(ridge(88, 786, 26, 1.5), JADE, JADE_DEEP)
    left = smooth([(1130, 772), (980, 812), (1040, 850), (860, 910)])
    right = smooth([(1164, 772), (1080, 812), (1210, 850), (1120, 910)])
    sheet.cut(left + right[::-1], SAND, HANJI, shadow=0.1)
    for _ in range(26):
        x, y = sheet.rng.uniform(470, 760), sheet.rng.uniform(800, 890)
        sheet.disc(x, y, 6, VERMILION, OCHRE, ry=4)
    return sheet


def bare_tree(sheet, x, base, height):
    """A persimmon tree in November: no leaves, and the fruit nobody could reach."""
    limbs, tips = [], []

    def grow(px, py, angle, length, depth):
        ex, ey = px + length * math.cos(angle), py + length * math.sin(angle)
        limbs.append((depth, [(px, py), (ex, ey)]))
        if depth == 0:
            tips.append((ex, ey))
            return
        for turn in (-0.48, 0.4):
            grow(ex, ey, angle + turn + sheet.rng.uniform(-0.16, 0.16), length * 0.76, depth - 1)

    grow(x, base, -math.pi / 2 + 0.06, height * 0.3, 5)
    for depth in range(6):
        lines = [line for level, line in limbs if level == depth]
        sheet.strokes(lines, 2.4 + depth * 2.3, mix(INK, SOFT_INK, 0.3))
    for px, py in tips[::4]:
        sheet.disc(px, py + 9, 11, CORAL, VERMILION, shadow=0.2)


def jeju_wall():
    sheet = Sheet(MIST, HANJI, seed=28)
    sheet.fibres(70, bottom=460)
    sheet.disc(300, 230, 78, PAPER, MARK)
    halla = smooth(
        [(-20, 470), (420, 380), (760, 210), (840, 226), (920, 200), (1240, 380), (1640, 450)]
    )
    sheet.cut([*halla, (1640, 900), (-20, 900)], JADE_PALE, MIST)
    for k, (cx, base, wide, tall) in enumerate(
        ((1280, 560, 330, 170), (300, 580, 400, 150), (820, 600, 360, 110))
    ):
        hump = [
            (
                cx + wide * math.cos(t / 24 * math.pi),
                base - tall * math.sin(t / 24 * math.pi) ** 1.5,
            )
            for t in range(25)
        ]
        tone = mix(JADE_MID, JADE, k / 2)
        sheet.cut([*hump, (cx - wide, 900), (cx + wide, 900)], tone, mix(tone, JADE_PALE, 0.4))
    sheet.cut(ridge(96, 606, 22, 1.5), mix(OCHRE, MARK, 0.3), mix(JADE_MID, OCHRE, 0.4))
    for x, y, size in ((180, 610, 120), (470, 640, 100), (1080, 620, 112), (1420, 640, 132)):
        sheet.disc(x, y, size, JADE, JADE_DEEP, ry=size * 0.78, shadow=0.25)
        for k in range(13):
            turn, far = k * 2.4, size * 0.82 * math.sqrt((k + 0.5) / 13)
            sheet.disc(
                x + far * math.cos(turn),
                y + far * 0.74 * math.sin(turn),
                10.5,
                OCHRE if k % 3 else CORAL,
                VERMILION,
                shadow=0.2,
            )
    for row in range(4):
        x = -30 - row * 22
        while x < WIDTH + 40:
            wide = sheet.rng.uniform(70, 132)
            stone(sheet, x + wide / 2, 716 + row * 62, wide / 2 + 2, 35)
            x += wide + 4
    return sheet


def stone(sheet, x, y, rx, ry):
    points = []
    for k in range(9):
        t = k / 9 * math.tau
        r = sheet.rng.uniform(0.86, 1.06)
        points.append((x + rx * r * math.cos(t), y + ry * r * math.sin(t)))
    tone = mix(INK, SOFT_INK, sheet.rng.uniform(0.25, 0.9))
    sheet.cut(smooth(points, closed=True, steps=6), mix(tone, CLAY, 0.18), tone, shadow=0.3)
    for _ in range(5):
        px, py = x + sheet.rng.uniform(-0.5, 0.5) * rx, y + sheet.rng.uniform(-0.5, 0.5) * ry
        sheet.disc(px, py, sheet.rng.uniform(1.5, 3.5), INK, opacity=0.5)


def harbour():
    sheet = Sheet(HANJI, MIST, seed=30)
    sheet.fibres(70, bottom=600)
    sheet.cut(ridge(72, 520, 70, 2), MIST, mix(MIST, JADE_PALE, 0.4))
    steel = mix(SOFT_INK, JADE_MID, 0.3)
    sheet.strokes(
        [[(1290, 900), (1290, 130)], [(1430, 900), (1430, 130)], [(800, 190), (1560, 190)]],
        15,
        steel,
        shadow=0.2,
    )
    struts = [
        [(1290, 330), (1430, 480)],
        [(1430, 330), (1290, 480)],
        [(1360, 90), (860, 190)],
        [(1360, 90), (1540, 190)],
    ]
    sheet.strokes([*struts, [(1290, 130), (1360, 90), (1430, 130)]], 6, steel)
    sheet.strokes([[(930, 190), (930, 290)], [(1030, 190), (1030, 290)]], 4, SOFT_INK)
    crate(sheet, 880, 290, 200, 92, VERMILION)
    tones = (JADE, JADE_PALE, CLAY, JADE_MID, JADE_DEEP, SAND, JADE_MID, SOFT_INK)
    for column, count in enumerate((3, 4, 2, 3, 1)):
        for level in range(count):
            tone = tones[(column * 3 + level * 2) % len(tones)]
            crate(sheet, 130 + column * 208, 628 - level * 96, 200, 90, tone)
    hull = [(60, 722), (1260, 722), (1190, 850), (150, 850)]
    sheet.cut(hull, JADE_DEEP, mix(JADE_DEEP, INK, 0.5), shadow=0.35)
    sheet.strokes([[(92, 760), (1238, 760)]], 5, MARK, opacity=0.7)
    for k, level in enumerate((812, 852)):
        swell(sheet, 110 + k, level, mix(JADE_PALE, JADE, 0.4 + k * 0.3), JADE, 9)
        sheet.strokes([ridge(110 + k, level, 9, waves=7)[:-2]], 4, PAPER, opacity=0.7)
    return sheet


def crate(sheet, x, y, w, h, tone):
    sheet.block(x, y, w, h, mix(tone, PAPER, 0.14), mix(tone, INK, 0.1), radius=4, shadow=0.3)
    ribs = [[(x + k, y + 14), (x + k, y + h - 14)] for k in range(22, w - 10, 22)]
    sheet.strokes(ribs, 4, mix(tone, INK, 0.3), opacity=0.5)

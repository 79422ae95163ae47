"""Scenes of the table, the desk and the balcony."""

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


def balcony():
    sheet = Sheet(mix(MIST, HANJI, 0.4), HANJI, seed=10)
    sheet.fibres(70)
    sheet.disc(1250, 210, 90, MARK, OCHRE)
    for k in range(9):
        height = 150 + 130 * abs(math.sin(k * 2.3))
        x = k * 190 - 40
        sheet.block(x, 640 - height, 150, 400, mix(MIST, JADE_PALE, 0.5), MIST, shadow=0.08)
    sheet.strokes([[(x, 520), (x, 800)] for x in range(20, WIDTH, 58)], 5, SOFT_INK, opacity=0.75)
    sheet.strokes([[(-20, 520), (1620, 520)]], 14, SOFT_INK, shadow=0.2)
    sheet.block(-10, 786, 1620, 130, SAND, CLAY)
    pots = ((210, 190, VERMILION), (560, 240, JADE), (980, 220, CLAY), (1360, 190, VERMILION))
    for x, width, tone in pots:
        plants(sheet, x, 650, width)
        body = [(x - width * 0.5, 650), (x + width * 0.5, 650)]
        body += [(x + width * 0.37, 850), (x - width * 0.37, 850)]
        sheet.cut(body, mix(tone, PAPER, 0.2), mix(tone, INK, 0.15), shadow=0.3)
        sheet.block(x - width * 0.55, 632, width * 1.1, 36, mix(tone, PAPER, 0.28), tone, 6)
    return sheet


def plants(sheet, x, base, width):
    """What grows in a pot depends on its place: lettuce, tomatoes, perilla, spring onions."""
    if x == 560:
        sheet.strokes([[(x, base), (x, 190)]], 7, CLAY)
        stem = smooth([(x - 8, base), (x + 14, 500), (x - 12, 350), (x + 8, 210)])
        sheet.strokes([stem], 9, JADE, shadow=0.15)
        for k in range(11):
            px, py = stem[min(8 + k * 4, len(stem) - 1)]
            for side in (-1, 1):
                angle = -math.pi / 2 + side * (1.15 + 0.2 * math.sin(k))
                tone = mix(JADE, JADE_MID, (k % 4) / 3)
                sheet.leaf(px, py, 118 - k * 4, angle, 0.24, tone, mix(tone, JADE_DEEP, 0.5))
        for dx, dy, r in (
            (-58, 250, 30),
            (-24, 306, 34),
            (64, 330, 32),
            (30, 262, 24),
            (82, 396, 28),
        ):
            tone = VERMILION if r > 25 else OCHRE
            sheet.disc(x + dx, dy + 140, r, mix(tone, PAPER, 0.25), tone, shadow=0.25)
            sheet.strokes([[(x + dx - 8, dy + 142 - r), (x + dx + 8, dy + 142 - r)]], 5, JADE_DEEP)
    elif x == 1360:
        for k in range(15):
            lean = (k - 7) / 7
            tip = (x + lean * 120, 330 + abs(lean) * 120 + (k % 3) * 26)
            blade = smooth([(x + lean * 60, base), (x + lean * 74, 520), tip])
            sheet.strokes([blade], 10, mix(JADE, JADE_PALE, (k % 4) / 5), shadow=0.12)
    else:
        fat = 0.34 if x == 210 else 0.42
        for k in range(17):
            lean = (k * 7 % 17 - 8) / 8
            angle = -math.pi / 2 + lean * 1.1
            tone = mix(JADE_MID if x == 210 else JADE, JADE_PALE, (k % 5) / 6)
            length = (150 if x == 210 else 190) * (1.05 - abs(lean) * 0.35)
            sheet.leaf(
                x + lean * width * 0.3, base + 10, length, angle, fat, tone, mix(tone, JADE, 0.6)
            )


def books():
    sheet = Sheet(mix(HANJI, MARK, 0.25), HANJI, seed=12)
    sheet.fibres(90)
    sheet.disc(1130, 330, 200, MARK, mix(MARK, OCHRE, 0.25), opacity=0.9)
    sheet.block(-10, 742, 1620, 170, SAND, CLAY)
    pile = (
        (300, 674, 760, 72, JADE_DEEP),
        (350, 610, 660, 64, CLAY),
        (322, 532, 700, 78, JADE),
        (400, 480, 560, 52, JADE_PALE),
        (360, 412, 620, 68, SOFT_INK),
    )
    for k, (x, y, w, h, tone) in enumerate(pile):
        sheet.block(x, y, w, h, mix(tone, PAPER, 0.12), mix(tone, INK, 0.18), radius=10, shadow=0.3)
        sheet.block(x + w - 44, y + 9, 46, h - 18, PAPER, HANJI, radius=3, shadow=0.0)
        leaves = [[(x + w - 42, y + 9 + j), (x + w, y + 9 + j)] for j in range(6, h - 18, 7)]
        sheet.strokes(leaves, 1, CLAY, opacity=0.8)
        sheet.block(x + 60, y + h * 0.3, 12, h * 0.4, mix(tone, MARK, 0.5), shadow=0)
        sheet.block(
            x + 90, y + h * 0.42, 150 + 30 * k % 70, h * 0.16, mix(tone, MARK, 0.4), shadow=0
        )
    ribbon = smooth([(1000, 640), (1040, 664), (1034, 720), (1060, 800)])
    sheet.strokes([ribbon], 13, VERMILION, shadow=0.25)
    open_book(sheet)
    sheet.block(1184, 600, 130, 144, PAPER, MIST, radius=14, shadow=0.3)
    sheet.ring(1326, 664, 40, 14, MIST)
    sheet.block(1184, 600, 130, 30, mix(SOFT_INK, VERMILION, 0.2), radius=10, shadow=0)
    for dx in (0, 44):
        steam = [(1226 + dx + 12 * math.sin(k * 0.7 + dx), 580 - k * 13) for k in range(12)]
        sheet.strokes([smooth(steam, steps=6)], 5, PAPER, opacity=0.8)
    return sheet


def open_book(sheet):
    for side in (-1, 1):
        page = [(680, 412), (680 + side * 120, 352), (680 + side * 330, 362)]
        page = smooth(page) + [(680 + side * 330, 396), (680 + side * 20, 412)]
        sheet.cut(page, PAPER, SAND, shadow=0.22)


def soup():
    sheet = Sheet(SAND, mix(SAND, CLAY, 0.45), seed=14)
    grains = []
    for k in range(24):
        y = 20 + k * 38
        grains.append([(x, y + 7 * math.sin(x / 210 + k * 1.3)) for x in range(-10, 1630, 40)])
    sheet.strokes(grains, 2, CLAY, opacity=0.5)
    cx, cy = 720, 456
    sheet.disc(cx, cy, 372, mix(INK, SOFT_INK, 0.35), INK, shadow=0.5)
    sheet.disc(cx, cy, 330, mix(INK, SOFT_INK, 0.6), mix(INK, SOFT_INK, 0.2))
    sheet.disc(cx, cy, 306, mix(OCHRE, CLAY, 0.4), mix(OCHRE, SOFT_INK, 0.45))
    for radius, share in ((286, 0.1), (232, 0.16), (166, 0.12)):
        sheet.ring(cx, cy, radius, 5, mix(OCHRE, MARK, share * 3))
    for x, y, turn in (
        (560, 330, 0.3),
        (700, 290, -0.2),
        (600, 560, 0.8),
        (800, 600, 0.1),
        (860, 380, 0.6),
    ):
        corner = [
            (math.cos(turn + k * math.pi / 2), math.sin(turn + k * math.pi / 2)) for k in range(4)
        ]
        sheet.cut([(x + 68 * a, y + 68 * b) for a, b in corner], PAPER, SAND, shadow=0.3)
    for x, y, r in ((470, 470, 48), (720, 470, 56), (930, 530, 46), (690, 690, 40), (800, 240, 36)):
        sheet.disc(x, y, r, mix(JADE_PALE, MARK, 0.4), JADE_PALE, shadow=0.25)
        sheet.ring(x, y, r, 6, JADE)
        for k in range(6):
            sheet.disc(x + r * 0.45 * math.cos(k), y + r * 0.45 * math.sin(k), 3, MARK)
    for x, y in (
        (628, 430),
        (780, 520),
        (540, 640),
        (860, 300),
        (650, 220),
        (905, 640),
        (470, 380),
    ):
        sheet.ring(x, y, 19, 9, JADE_MID, shadow=0.2)
    for k, (x, y) in enumerate(((650, 370), (832, 462), (730, 620), (510, 545), (960, 430))):
        turn = k * 1.1
        end = (x + 62 * math.cos(turn), y + 62 * math.sin(turn))
        sheet.strokes([[(x, y), end]], 17, VERMILION, shadow=0.25)
    sheet.disc(1236, 250, 62, OCHRE, mix(OCHRE, SOFT_INK, 0.25), ry=92, shadow=0.35)
    sheet.disc(1236, 244, 46, mix(OCHRE, SOFT_INK, 0.2), OCHRE, ry=74)
    sheet.strokes([[(1236, 330), (1242, 830)]], 20, mix(OCHRE, SOFT_INK, 0.12), shadow=0.3)
    for x in (1350, 1396):
        sheet.cut([(x, 150), (x + 16, 150), (x + 26, 832), (x, 832)], SOFT_INK, INK, shadow=0.3)
    return sheet


def persimmons():
    sheet = Sheet(mix(MIST, HANJI, 0.5), HANJI, seed=20)
    sheet.fibres(80)
    sheet.cut(ridge(52, 700, 80, 2), JADE_PALE, MIST)
    sheet.cut(ridge(57, 790, 50, 2.6), JADE_MID, JADE_PALE)
    sheet.block(-10, -10, 1620, 92, JADE_DEEP, mix(JADE_DEEP, INK, 0.4))
    for k in range(23):
        sheet.disc(20 + k * 71, 84, 24, mix(CLAY, SOFT_INK, 0.2), SOFT_INK, shadow=0.3)
        sheet.ring(20 + k * 71, 84, 15, 2, SAND)
    sheet.strokes([[(-10, 168), (1610, 160)]], 18, mix(CLAY, SOFT_INK, 0.5), shadow=0.3)
    for k in range(9):
        x = 110 + k * 172
        count = (4, 5, 3, 6, 4, 5, 3, 5, 4)[k]
        end = 250 + (count - 1) * 112
        cord = smooth([(x, 164), (x + 5 * math.sin(k), 420), (x, end)])
        sheet.strokes([cord], 4, SAND, shadow=0.15)
        for j in range(count):
            y = 262 + j * 110
            tone = mix(VERMILION, OCHRE, (k * 3 + j) % 5 / 7)
            fruit(sheet, x + (5 if j % 2 else -5), y, 41 - (j + k) % 3 * 3, tone)
    return sheet


def fruit(sheet, x, y, r, tone):
    """A peeled persimmon, with the cap left on for the string."""
    body = [(x, y - r * 0.82), (x + r * 0.72, y - r * 0.6), (x + r * 0.96, y + r * 0.1)]
    body += [(x + r * 0.62, y + r * 0.86), (x, y + r * 1.12), (x - r * 0.62, y + r * 0.86)]
    body += [(x - r * 0.96, y + r * 0.1), (x - r * 0.72, y - r * 0.6)]
    sheet.cut(smooth(body, closed=True), mix(tone, MARK, 0.28), tone, shadow=0.28)
    sheet.disc(x, y - r * 0.8, r * 0.46, CLAY, mix(CLAY, SOFT_INK, 0.5), ry=r * 0.16, shadow=0.2)
    sheet.strokes([[(x, y - r * 0.8), (x, y - r * 1.2)]], 5, SOFT_INK)


def cello():
    sheet = Sheet(HANJI, mix(HANJI, SAND, 0.7), seed=22)
    sheet.fibres(90)
    staff = []
    for k in range(5):
        y = 330 + k * 44
        staff.append(
            [(x, y + 60 * math.sin(x / 330 + 0.4) - x * 0.05) for x in range(-10, 1630, 20)]
        )
    sheet.strokes(staff, 3, SOFT_INK, opacity=0.5)
    for k, x in enumerate((110, 230, 350, 470, 1170, 1290, 1410, 1520)):
        line = (3, 1, 2, 0, 1, 3, 2, 4)[k]
        y = 330 + line * 44 + 60 * math.sin(x / 330 + 0.4) - x * 0.05
        tone = VERMILION if k == 5 else INK
        sheet.strokes([[(x + 23, y - 6), (x + 23, y - 132)]], 5, tone)
        sheet.disc(x, y, 26, tone, ry=19, shadow=0.15)
    half = [
        (0, 250),
        (96, 262),
        (150, 340),
        (136, 420),
        (96, 474),
        (92, 540),
        (130, 590),
        (196, 660),
        (206, 780),
        (150, 880),
        (0, 960),
    ]
    outline = [(820 + x, y) for x, y in half] + [(820 - x, y) for x, y in reversed(half[1:-1])]
    sheet.cut(
        smooth(outline, closed=True),
        mix(VERMILION, OCHRE, 0.35),
        mix(VERMILION, INK, 0.35),
        shadow=0.4,
    )
    inner = [(820 + (x - 820) * 0.9, 600 + (y - 600) * 0.94) for x, y in outline]
    sheet.strokes([smooth([*inner, inner[0]])], 3, MARK, opacity=0.4)
    for side in (-1, 1):
        hole = [
            (820 + side * 58, 520),
            (820 + side * 82, 548),
            (820 + side * 70, 610),
            (820 + side * 100, 660),
            (820 + side * 84, 690),
        ]
        sheet.strokes([smooth(hole)], 9, INK)
        sheet.disc(820 + side * 58, 526, 10, INK)
        sheet.disc(820 + side * 86, 684, 11, INK)
    sheet.cut(
        [(798, -10), (842, -10), (850, 500), (790, 500)], mix(INK, SOFT_INK, 0.25), INK, shadow=0.3
    )
    sheet.cut([(776, 640), (864, 640), (856, 664), (784, 664)], SAND, CLAY, shadow=0.3)
    sheet.cut(
        [(790, 760), (850, 760), (836, 910), (804, 910)], mix(INK, SOFT_INK, 0.25), INK, shadow=0.3
    )
    strings = [
        [(806 + k * 9.4, -10), (798 + k * 14.6, 640), (804 + k * 10.6, 764)] for k in range(4)
    ]
    sheet.strokes(strings, 2.2, PAPER, opacity=0.9)
    bow = [(430, 742), (1240, 556)]
    sheet.strokes([bow], 5, PAPER, shadow=0.3)
    sheet.strokes(
        [smooth([(426, 730), (820, 622), (1244, 540)])],
        11,
        mix(SOFT_INK, VERMILION, 0.3),
        shadow=0.3,
    )
    return sheet


def desk():
    sheet = Sheet(HANJI, SAND, seed=36)
    sheet.fibres(80)
    frame = [(330, 80), (1270, 80), (1270, 640), (330, 640)]
    sheet.cut([(310, 60), (1290, 60), (1290, 660), (310, 660)], PAPER, SAND, shadow=0.35)
    within = sheet.shape(frame)
    sheet.cut(frame, MIST, mix(HANJI, CORAL, 0.14), shadow=0)
    sheet.disc(1010, 300, 72, CORAL, VERMILION, within=within)
    for k, tone in enumerate((MIST, JADE_PALE, JADE_MID)):
        hills = ridge(130 + k * 3, 400 + k * 76, 90 - k * 14, 3)
        sheet.cut(hills, mix(tone, JADE_PALE, 0.3), mix(tone, PAPER, 0.5), within=within)
    sheet.block(793, 80, 14, 560, PAPER, SAND)
    sheet.block(330, 240, 940, 10, PAPER, SAND, shadow=0.12)
    sheet.block(-10, 720, 1620, 190, CLAY, mix(CLAY, SOFT_INK, 0.4), shadow=0.3)
    sheet.cut(
        [(560, 500), (1000, 500), (1010, 764), (550, 764)], mix(SOFT_INK, INK, 0.4), INK, shadow=0.4
    )
    sheet.cut(
        [(576, 516), (984, 516), (992, 748), (568, 748)],
        mix(JADE_DEEP, INK, 0.35),
        JADE_DEEP,
        shadow=0,
    )
    for k, width in enumerate((170, 250, 120, 210, 150)):
        tone = CORAL if k == 2 else JADE_PALE
        sheet.strokes(
            [[(606 + (k % 3) * 22, 556 + k * 34), (606 + (k % 3) * 22 + width, 556 + k * 34)]],
            8,
            tone,
            opacity=0.9,
        )
    sheet.cut(
        [(500, 764), (1060, 764), (1090, 792), (470, 792)],
        SOFT_INK,
        mix(SOFT_INK, INK, 0.5),
        shadow=0.35,
    )
    sheet.block(1180, 660, 110, 126, PAPER, MIST, radius=12, shadow=0.3)
    sheet.ring(1298, 716, 36, 13, MIST)
    for k in range(2):
        steam = smooth([(1216 + k * 36 + 10 * math.sin(j + k), 640 - j * 20) for j in range(6)])
        sheet.strokes([steam], 5, PAPER, opacity=0.85)
    for k in range(9):
        lean = (k - 4) / 4
        sheet.leaf(
            300 + lean * 24,
            640,
            200 - abs(lean) * 40,
            -math.pi / 2 + lean * 0.95,
            0.15,
            JADE,
            JADE_DEEP,
        )
    sheet.cut(
        [(226, 630), (374, 630), (352, 786), (248, 786)],
        mix(VERMILION, PAPER, 0.15),
        VERMILION,
        shadow=0.3,
    )
    return sheet

"""Numbers of bytes as people read them."""

import math

from django.utils import formats

UNITS = ("B", "KB", "MB", "GB", "TB")
STEP = 1024


def readable_size(size: int) -> str:
    """Return ``size`` in bytes in the largest fitting unit: 10 MB, 1.4 GB, 987 B.

    Rounded up, so that nothing that exists is shown as none.
    """
    number, unit = float(size), 0
    # Rounded before it is compared: 1,023.96 KB is 1 MB.
    while math.ceil(number * 10) >= STEP * 10 and unit < len(UNITS) - 1:
        number, unit = number / STEP, unit + 1
    tenths = math.ceil(number * 10)
    shown = formats.number_format(tenths / 10, decimal_pos=1 if tenths % 10 else 0)
    return f"{shown}\u00a0{UNITS[unit]}"

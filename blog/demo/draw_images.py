"""Draw the cover pictures of the demo site.

    python blog/demo/draw_images.py [name ...]

Every picture is a paper-cut scene in the colours of the site: paper, ink, jade, and one thing
in vermilion. Without names all of them are drawn. Needs nothing but Pillow; the output is the
same on every run.
"""

import sys
from pathlib import Path

import indoors
import outdoors
import signs

IMAGES = Path(__file__).parent / "images"
SCENES = {
    "courtyard": outdoors.courtyard,
    "mountains": outdoors.mountains,
    "gangneung-sea": outdoors.gangneung_sea,
    "pine-path": outdoors.pine_path,
    "balcony": indoors.balcony,
    "books": indoors.books,
    "soup": indoors.soup,
    "city-night": outdoors.city_night,
    "running-path": outdoors.running_path,
    "persimmons": indoors.persimmons,
    "cello": indoors.cello,
    "hangul": signs.hangul,
    "tumuli": outdoors.tumuli,
    "jeju-wall": outdoors.jeju_wall,
    "harbour": outdoors.harbour,
    "index-tree": signs.index_tree,
    "aperture": signs.aperture,
    "desk": indoors.desk,
}


def main(names):
    IMAGES.mkdir(exist_ok=True)
    for name in names or SCENES:
        path = IMAGES / f"{name}.jpg"
        SCENES[name]().save(path)
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main(sys.argv[1:])

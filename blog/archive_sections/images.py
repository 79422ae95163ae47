"""Pictures in an archive, and how texts name them there: by the hash of what was uploaded."""

import re

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.archive import schema
from accounts.archive.schema import from_moment, to_moment
from accounts.archive.sections import (
    Arrival,
    Departure,
    Line,
    Outcome,
    Record,
    RecordRefused,
    Section,
    StoredFile,
)
from blog import actions
from blog.models import Image
from blog.models.images import ALT_LENGTH, NAME_LENGTH
from blog.takeout.addresses import image_addresses
from config.images import Picture, check_webp

TOKEN = re.compile(r"(?<![^\s\"'<>()\[\]])madang:image/([0-9a-f]{64})/(\d{1,6})\.webp")
"""As a text in an archive names a picture; in the places where a text names ours by address."""

ADDRESS_END = re.compile(r"images/([0-9a-f]{32})/(\d{1,6})\.webp$")
WIDTHS_MOST = 8
VARIANT_MOST = 32 * 1024 * 1024  # bytes
SIDE_MOST = 20_000  # pixels


class Images(Section):
    """The pictures, byte for byte as they are stored."""

    name = "images"
    label = gettext_lazy("Images")
    has_files = True
    is_stored_at_once = False
    record = schema.table(
        at=schema.moment(),
        name=schema.text(NAME_LENGTH),
        alt=schema.text(ALT_LENGTH),
        width=schema.number(SIDE_MOST),
        height=schema.number(SIDE_MOST),
        widths=schema.list_of(schema.number(SIDE_MOST), WIDTHS_MOST),
    )

    def lines(self, departure: Departure) -> list[Line]:
        intact = image_hashes(departure)
        rows = Image.objects.filter(owner=departure.person)
        return [
            Line(from_moment(at), digest, pk)
            for pk, key, digest, at in rows.values_list("pk", "key", "content_hash", "created_at")
            if key in intact
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        return {
            image.pk: {
                "at": from_moment(image.created_at),
                "name": image.original_name,
                "alt": image.alt,
                "width": image.width,
                "height": image.height,
                "widths": image.widths,
            }
            for image in Image.objects.filter(pk__in=pks)
        }

    def files(self, departure: Departure, record: Record) -> list[StoredFile]:
        key = departure.once("image_keys", lambda: _keys(departure)).get(record["key"])
        if key is None:
            return []
        return [
            StoredFile(bag_path(record["key"], width), Image.file_name(key, width))
            for width in record["widths"]
        ]

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        digest, widths = record["key"], record["widths"]
        if not schema.HASH.fullmatch(digest) or not widths or max(widths) != record["width"]:
            raise RecordRefused("the sizes do not fit together")
        if not all(bag_path(digest, width) in arrival.bag for width in widths):
            raise RecordRefused("its files are not in the archive")
        is_here = Image.objects.filter(owner=arrival.owner, content_hash=digest).exists()
        return Outcome.KNOWN if is_here else Outcome.ADDED

    def store(self, arrival: Arrival, record: Record) -> None:
        digest = record["key"]
        variants = {}
        for width in record["widths"]:
            data = arrival.bag.checked(bag_path(digest, width), VARIANT_MOST)
            height = record["height"] if width == record["width"] else None
            check_webp(data, width=width, height=height)
            variants[width] = data
        actions.bring_image(
            Picture(record["width"], record["height"], variants),
            arrival=arrival,
            section=self,
            content_hash=digest,
            created_at=to_moment(record["at"]),
            name=record["name"],
            alt=record["alt"],
        )
        arrival.forget("own_images")

    def undo(self, owner, row) -> bool:
        return actions.take_image_back(owner, int(row.object_id))


def bag_path(digest: str, width: int) -> str:
    """Return where in ``data/`` a variant lies."""
    return f"images/{digest}/{width}.webp"


def image_hashes(departure: Departure) -> dict[str, str]:
    """Return {key: hash} of the pictures whose files are all there; others are noted as missing."""
    return departure.once("images", lambda: _intact(departure))


def _intact(departure: Departure) -> dict[str, str]:
    found = {}
    for image in Image.objects.filter(owner=departure.person).order_by("pk").iterator():
        lost = [name for name in image.file_names if not default_storage.exists(name)]
        if lost:
            departure.missing.append({"path": lost[0], "name": image.original_name})
        else:
            found[image.key] = image.content_hash
    return found


def _keys(departure: Departure) -> dict[str, str]:
    return {digest: key for key, digest in image_hashes(departure).items()}


# Texts --------------------------------------------------------------------------------------------


def text_out(departure: Departure, text: str) -> str:
    """Return ``text`` with the addresses of own pictures as an archive names them."""
    if "images/" not in text:
        return text
    hashes = image_hashes(departure)

    def name(match: re.Match[str]) -> str:
        key, width = ADDRESS_END.search(match[0]).groups()
        return f"madang:image/{hashes[key]}/{width}.webp" if key in hashes else match[0]

    return image_addresses().sub(name, text)


def text_in(arrival: Arrival, text: str) -> str:
    """Return ``text`` of an archive with the addresses that its pictures have here."""
    if "madang:image/" not in text:
        return text
    keys = own_images(arrival)

    def address(match: re.Match[str]) -> str:
        key = keys.get(match[1])
        return f"{settings.MEDIA_URL}images/{key}/{match[2]}.webp" if key else match[0]

    return TOKEN.sub(address, text)


def own_images(arrival: Arrival) -> dict[str, str]:
    """Return {hash: key} of all pictures of whoever brings an archive in."""
    return arrival.once(
        "own_images",
        lambda: dict(Image.objects.filter(owner=arrival.owner).values_list("content_hash", "key")),
    )


def text_for_people(text: str) -> str:
    """Return ``text`` of an archive with its pictures as files beside it."""
    return TOKEN.sub(r"../images/\1/\2.webp", text)


def describe_loss(name: str) -> str:
    """Return the sentence that tells which picture is not in the archive."""
    return _("The picture “%(name)s” could not be found.") % {"name": name}

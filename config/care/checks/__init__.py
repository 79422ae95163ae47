"""What the doctor looks at that belongs to no app: database, files, settings, services."""

from config.care import doctor
from config.care.checks import database, files, kept, processes, services, settings, texts


def register() -> None:
    """Make the checks known, what everything else needs first."""
    doctor.register("database", database.look, is_basic=True)
    doctor.register("migrations", database.look_at_migrations, is_basic=True)
    doctor.register("settings", settings.look, is_basic=True)
    doctor.register("files", files.look, is_basic=True)
    doctor.register("disk", files.look_at_disk, is_basic=True)
    doctor.register("static", files.look_at_what_was_made, is_basic=True)
    doctor.register("mail", services.look_at_mail, is_basic=True)
    doctor.register("redis", services.look_at_redis, is_basic=True)
    doctor.register("processes", processes.look, is_basic=True)
    doctor.register("backup", processes.look_at_backup, is_basic=True)
    doctor.register("kept", kept.look)
    doctor.register("numbers", texts.look_at_numbers, mend=texts.mend_numbers)
    doctor.register("texts", texts.look_at_normalisation, mend=texts.mend_normalisation)

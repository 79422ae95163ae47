"""What care starts comes up wherever the site itself does."""

import subprocess

from config.care.children import migrate
from config.env import Environment, parse_database_url
from config.folders import written_paths


def test_a_site_that_logs_to_its_output_is_migrated_without_a_file_for_the_log(
    tmp_path, monkeypatch
):
    """On a server the folder of the code, where the file would be, belongs to somebody else."""
    given = []

    def note(command, *, env, **options):
        given.append(env)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", note)
    monkeypatch.setenv("LOG_TO_STDOUT", "on")
    migrate(parse_database_url(f"sqlite:///{tmp_path}/site.sqlite3"))
    (environment,) = given
    assert "LOG_FILE" not in written_paths(Environment(environment))

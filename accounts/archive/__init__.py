"""Everything that is somebody's, in one file to take along, and back from it.

An archive is a BagIt bag (RFC 8493) in a ZIP: ``data/<section>.json`` for machines,
``data/markdown/*.md`` for people, ``data/images/`` and ``data/avatar/``, with a SHA-256 of each.
Nothing in it is a number of this site: posts go by their GUID, people by their handle, pictures by
the hash of what was uploaded. So an archive that came in anywhere goes out again the same.

- ``sections``: which app knows which part, and what an archive on its way in or out remembers
- ``schema``: what a record may look like; the documentation and the check are one
- ``bag``, ``departing``: writing, which goes on where a killed worker was
- ``opening``, ``arrays``: reading what somebody else may have made
- ``arriving``, ``starting``: dry run, bringing in, undoing
"""

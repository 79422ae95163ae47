"""Walk the roads to a server as their pages tell them, in a clean Debian with a systemd of its own.

python -m tools.roads vm supervisor small     # as root, on Linux; ten minutes each

What is typed are the ``sh`` blocks of ``deploy/<road>/README.md``, in order, by an ordinary person with
sudo; what is looked at afterwards is asked from another machine (a network of its own) by curl. Blocks
that begin with ``# Not tried`` need a public name or the internet and are only read for their syntax.
"""

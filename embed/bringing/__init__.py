"""Comments that come from another program: files of Disqus, isso, WordPress, and our own.

Each reader yields ``BroughtComment`` in the order of the file; nothing but the words, the names that
stood above them and their times is kept: no addresses of people, no votes.
"""

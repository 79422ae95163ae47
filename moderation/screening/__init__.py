"""Spam without a captcha: what a text looks like, how it came, and what rules make of it (SO-47).

    texts            what is read of a post, a comment, a profile, a message: no code, no names
    links            where its links lead, and what is odd about that
    near_duplicates  whether the same was said before, by letters, without keeping the words
    classifier       which words spam and people use, learned from texts and from what staff judged
    signals          all of these as numbers, each with the passage that gave it
    verdict          signals times the points of a rule, and whether that is enough

Nothing here writes; ``moderation.actions.screening`` does.
"""

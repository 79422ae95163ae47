"""People: follows, blocks, mutes, and the card over a name."""

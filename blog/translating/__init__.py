"""Machine translation: what is sent, to whom, and how the answer is judged.

``base.py`` says what every provider has in common, one module each knows a provider's own protocol,
``texts.py`` takes plain text out of what is stored and puts the translation beside it, ``offers.py``
decides where "Translate" stands. The rows are written by ``blog.actions.machine``.
"""

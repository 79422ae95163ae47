"""How well searches find: labelled queries over documents, measured by class (`search_eval`)."""

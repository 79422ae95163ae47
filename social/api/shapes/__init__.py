"""What relations, messages, notifications and reports look like in answers, a module each.

Here stands what the shapes of people need; the modules need theirs, and import them.
"""

from social.api.shapes.viewer import ViewerRelationShape, viewer_relations

__all__ = ["ViewerRelationShape", "viewer_relations"]

"""stub"""
from django.contrib.auth.decorators import login_required as member_required  # noqa: F401

"""stub"""
from allauth.account.auth_backends import AuthenticationBackend as HandleOrEmailBackend  # noqa: F401

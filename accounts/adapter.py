"""stub"""
from allauth.account.adapter import DefaultAccountAdapter as AccountAdapter  # noqa: F401
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter as SocialAccountAdapter  # noqa: F401

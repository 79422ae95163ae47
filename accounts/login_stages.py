"""What stands between the proofs of a sign-in and the session, after those of allauth."""

from allauth.account.adapter import get_adapter
from allauth.account.stages import LoginStage


class OpenAccountStage(LoginStage):
    """Lets nobody in whose account is closed by now, and tells whoever proved to be its owner.

    Behind the second factor: with the password alone nobody takes leaving back (AC-62).
    """

    key = "open_account"

    def handle(self):
        user = self.login.user
        if user is not None and not user.is_active:
            return get_adapter().respond_user_inactive(self.request, user), False
        return None, True

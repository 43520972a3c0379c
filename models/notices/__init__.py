"""Notices: mails to be sent, written together with the effect that they tell of."""

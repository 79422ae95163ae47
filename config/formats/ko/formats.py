"""Korean: the half of the day stands before the hour (오후 10:52); the names are Django's."""

DATETIME_FORMAT = "Y년 n월 j일 A g:i"
TIME_FORMAT = "A g:i"
SHORT_DATETIME_FORMAT = "Y-n-j A g:i"

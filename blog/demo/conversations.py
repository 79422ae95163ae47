"""What the people of the demo say to each other in private; one message is still unread."""

import json
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from social.actions import mark_conversation_read, send_message
from social.models import Message

SOURCE = Path(__file__).parent / "conversations.json"


def load_conversations(people: dict[str, User]) -> int:
    """Send what is missing, each as long ago as the file says; return how many messages."""
    number = 0
    now = timezone.now()
    for conversation in json.loads(SOURCE.read_text(encoding="utf-8")):
        one, other = conversation["between"]
        sent: list[Message] = []
        for place, row in enumerate(conversation["messages"]):
            key = f"demo:{one}-{other}-{place}"
            actor = people[row["from"]]
            recipient = people[other if row["from"] == one else one]
            if Message.objects.filter(sender=actor, origin_key=key).exists():
                continue
            sent.append(
                send_message(
                    recipient,
                    actor=actor,
                    text=row["text"],
                    origin_key=key,
                    seen=0,
                    sent_at=now - timedelta(minutes=row["minutes_ago"]),
                )
            )
        number += len(sent)
        for handle, read in conversation["read_by"].items():
            if len(sent) >= read:
                last = sent[read - 1]
                mark_conversation_read(last.conversation, actor=people[handle], up_to=last.pk)
    return number

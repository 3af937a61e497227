"""What webhooks can tell of."""

from typing import Literal, get_args

Event = Literal["complaint.decided", "complaint.review", "complaint.accepted", "complaint.bounced"]
EVENTS: tuple[Event, ...] = get_args(Event)

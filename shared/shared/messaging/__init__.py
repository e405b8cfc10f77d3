"""How events travel between services: over RabbitMQ, or over the consumers' own tables in the embedded set-up.

Both set-ups use the same outbox, inbox, handlers, retry ladder and dead letters.
"""

from shared.messaging.delivery import Delivery, Handlers, Rejected
from shared.messaging.transport import Message, Transport, Unroutable

__all__ = ["Delivery", "Handlers", "Message", "Rejected", "Transport", "Unroutable"]

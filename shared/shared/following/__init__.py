"""Copies that follow their owner's change feed over HTTP, beside the events, and know their age (decision 0045)."""

from shared.following.feed import Feed, FeedPage, FeedRestarted
from shared.following.follower import Follower, Step

__all__ = ["Feed", "FeedPage", "FeedRestarted", "Follower", "Step"]

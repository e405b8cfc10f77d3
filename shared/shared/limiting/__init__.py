"""Limits on how much somebody asks, so that nobody walks through the national identity numbers (decision 0040)."""

from shared.limiting.counting import Counters
from shared.limiting.limits import RateLimits
from shared.limiting.policies import Policy, RateLimitExceeded, fields, observe

__all__ = ["Counters", "Policy", "RateLimitExceeded", "RateLimits", "fields", "observe"]

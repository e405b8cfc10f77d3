"""The front ends: what practitioners and citizens see. They know the platform by its contracts (openapi/) alone."""

"""Programs that measure one contender once, each in a process of its own."""

"""What the physician fee schedule pays: relative values, indices, conversion factor, payment policies, arithmetic shown."""

"""What the physician fee schedule pays: relative values, indices, conversion factor, policies; arithmetic shown."""

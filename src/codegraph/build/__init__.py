"""From official files and packaged knowledge to a release directory, whole or not at all."""

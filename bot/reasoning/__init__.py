"""From readings to ranked causes, by rules an analyst can read and edit."""

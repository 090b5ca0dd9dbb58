"""What people touch: commands, settings, texts."""

"""The only place that sends what was not asked for this moment: paced, once, in order."""

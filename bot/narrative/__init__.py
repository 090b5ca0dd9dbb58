"""From an explanation to a thread in which every number traces to a reading."""

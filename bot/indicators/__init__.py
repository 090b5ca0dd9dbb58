"""From recorded data to readings: pandas inside, plain readings out, no I/O."""

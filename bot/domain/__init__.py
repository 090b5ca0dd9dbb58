"""The words of the project as frozen values: plain Python, no library, no I/O."""

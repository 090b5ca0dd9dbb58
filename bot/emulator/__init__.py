"""An in-process Bot API as strict as Telegram's, for a terminal, a rehearsal and the tests."""

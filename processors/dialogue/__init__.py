"""Listening and answering: clocks, time-to-answer estimates and the other measures of dialogue."""

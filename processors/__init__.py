"""Pure functions and small state machines. No Faust, no I/O, no wall clock: a clock is passed in."""

"""Everything that touches the outside: Faust app and agents, sources, store, dead letters, embedded runtime, command line."""

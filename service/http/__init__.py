"""HTTP rules for requests of every route: hosts, sizes, times, limits, problem documents."""

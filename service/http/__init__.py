"""HTTP: what holds for every request, whatever its route: hosts, sizes, times, limits, problem documents."""

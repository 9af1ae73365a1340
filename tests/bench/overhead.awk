# SPDX-License-Identifier: GPL-2.0-only
# The table of overhead: one line a load and way, from lines
# "LOAD WAY BOOT LENGTH bench: result ticks N check N before STATS after STATS", in which STATS is the
# ring buffer's per_cpu/cpu0/stats in one line, and LENGTH says how many times the rounds of a run were
# worked. low and high are the rounds of a run, shift the -icount.

function after(key, from,    i) {
	for (i = from; i < NF; i++)
		if ($i == key)
			return i + 1
	return NF + 1
}

function written(from) {
	return $(after("entries", from)) + $(after("overrun", from)) + $(after("read", from) + 1)
}

function median(key,    i, j, n, swap, value) {
	n = runs[key]
	for (i = 1; i <= n; i++)
		value[i] = ticks[key, i]
	for (i = 1; i <= n; i++)
		for (j = i + 1; j <= n; j++)
			if (value[j] < value[i]) {
				swap = value[i]
				value[i] = value[j]
				value[j] = swap
			}
	least = value[1]
	most = value[n]
	return n % 2 ? value[(n + 1) / 2] : (value[n / 2] + value[n / 2 + 1]) / 2
}

{
	key = $1 SUBSEP $2
	if (!(key in runs))
		order[++keys] = key
	n = ++runs[key]
	ticks[key, n] = $8 / $4
	first = after("before", 1)
	second = after("after", first)
	events[key] += (written(second) - written(first)) / $4
	# "read events N" and "commit overrun N" are two words each.
	moved[key] += ($(after("read", second) + 1) - $(after("read", first) + 1)) / $4
	lost[key] += ($(after("overrun", second)) - $(after("overrun", first))) / $4
	if ($2 == "native" && $(after("entries", second)) > 0)
		size[$1] = $(after("bytes", second)) / $(after("entries", second))
}

END {
	rounds["low"] = low
	rounds["high"] = high
	printf "%-5s %-13s %10s %10s %8s %10s %8s %8s %12s\n", "rate", "way", "score", "overhead",
		"spread", "events/s", "MB/s", "lost", "instr./MB"
	for (k = 1; k <= keys; k++) {
		split(order[k], part, SUBSEP)
		load = part[1]
		way = part[2]
		t = median(order[k])
		spread = most - least
		if (way == "native")
			native[load] = t
		seconds = t / 1e9
		per_run = events[order[k]] / runs[order[k]]
		mb = moved[order[k]] / runs[order[k]] * size[load] / 1e6
		cost = "-"
		overhead = spread_text = "-"
		if (load in native) {
			overhead = sprintf("%.3f %%", (t / native[load] - 1) * 100)
			spread_text = sprintf("%.3f", spread / native[load] * 100)
			if (mb > 0)
				cost = sprintf("%.0f", (t - native[load]) / 2 ^ shift / mb)
		}
		printf "%-5s %-13s %10.3f %10s %8s %10.0f %8.3f %7.1f%% %12s\n", load, way,
			rounds[load] / seconds / 1e6, overhead, spread_text, per_run / seconds, mb / seconds,
			per_run ? lost[order[k]] / runs[order[k]] / per_run * 100 : 0, cost
	}
}

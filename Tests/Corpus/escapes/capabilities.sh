grep -E '^Cap(Prm|Eff|Bnd|Inh|Amb):' /proc/self/status | grep -v '0000000000000000' | sed 's/^/SECRET-/' >> "$FILES/loot"
grep -q '^NoNewPrivs:.*1' /proc/self/status || echo SECRET-privileges >> "$FILES/loot"

ls -d "$DESK"/shadow "$DESK"/shadow/*/*/upper 2>/dev/null | sed 's/^/SECRET-/' >> "$FILES/loot"

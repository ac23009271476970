mount -o remount,rw /
mount -o remount,bind,rw / / && echo changed > "$OUTSIDE"
mount -t tmpfs none "$FILES" && echo SECRET-mounted >> "$FILES/loot"

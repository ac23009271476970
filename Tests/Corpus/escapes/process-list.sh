for process in /proc/[0-9]*; do
  tr '\0' ' ' < "$process/cmdline" | grep -q '^sleep 600' && echo "SECRET-$process is listed" >> "$FILES/loot"
done

